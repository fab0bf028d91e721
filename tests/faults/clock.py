"""The machine's clock jumps an hour, on and back, while the desk works: nothing is lost, references stay unique, nothing is ended
early, and messages go out. A day, too, and the desk is started in it. Who is signed in by a browser has to sign in while the clock
is ahead by as long as a session may lie idle, and need not once it is right. Monotonic time is left alone, as where NTP steps."""

import http.client
import json
import random
import time
import urllib.parse

import account
from desk import EMAIL, PASSWORD, Wrong, until
from load import Caller, Load
from main import Report
from sink import Sink

HOUR, DAY = 3600, 86_400
# `session.idle`, which is not set here.
IDLE = HOUR


def run(bench):
    sink = bench.keep(Sink())
    desk = bench.desk(**sink.settings()).start()
    browser = Browser(desk)
    a_day(desk, browser)
    load = Load([desk.base], desk.token, bench.work / "log", clients=4, pause=0.02).start()
    chance, jumps, longest = random.Random(17), 60 if bench.long else 4, 0.0
    for number in range(jumps):
        time.sleep(0.3 + chance.random() / 2)
        before = load.count(201)
        # On, and at the next turn back to the right time; every third time the other way round.
        ahead = 0 if number % 2 else chance.choice([HOUR, HOUR, -HOUR])
        jump(desk, browser, ahead)
        began = time.monotonic()
        until("the desk to take tickets", lambda: load.count(201) > before + 2)
        longest = max(longest, time.monotonic() - began)
        if desk.answers("/api/tickets") != 200:
            raise Wrong("the token or the list is not valid any more after a jump")
    jump(desk, browser, 0)
    load.stop()
    refused = sum(count for status, count in load.answers.items() if status not in (200, 201))
    if refused:
        raise Wrong(f"requests were refused after a jump: {load.answers}")
    waiting = left(load)
    # What a killed server had under way would wait for a time that is an hour off; here nothing is killed.
    verdict = account.settle(desk, load, sink, seconds=60, step=900 if bench.long else 3600)
    return Report(f"{jumps} jumps of an hour, 4 of a day", verdict,
                  f"{waiting} messages were still waiting some seconds after the clock was right again; a session was asked "
                  f"{browser.asked} times, {browser.turned_away} of them while the clock was ahead, and served each other time")


class Browser:
    """Somebody who has signed in, once, and comes with the session's cookie alone."""

    def __init__(self, desk):
        self.desk, self.cookies, self.asked, self.turned_away = desk, "", 0, 0
        form = urllib.parse.urlencode({"email": EMAIL, "password": PASSWORD})
        answer = self.ask("POST", "/login", form, {"Content-Type": "application/x-www-form-urlencoded"})
        self.cookies = "; ".join(cookie.split(";")[0] for cookie in answer.headers.get_all("Set-Cookie", []))
        if answer.status != 303 or "redress_session=" not in self.cookies:
            raise Wrong(f"a log-in was answered {answer.status}")

    def ask(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.desk.port, timeout=30)
        connection.request(method, path, body, {"Cookie": self.cookies, **(headers or {})})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer

    def look(self, ahead):
        """A page, by a clock that is ahead by so many seconds."""
        answer = self.ask("GET", "/tickets")
        to = answer.headers.get("Location", "")
        wanted = (303, "/login?next=%2Ftickets") if ahead >= IDLE else (200, "")
        if (answer.status, to) != wanted:
            raise Wrong(f"with a clock {ahead} s ahead a session was answered {answer.status} {to}")
        # It would be no good any more once the clock is right.
        if any("redress_session" in cookie for cookie in answer.headers.get_all("Set-Cookie", [])):
            raise Wrong(f"with a clock {ahead} s ahead a session's cookie was taken or changed")
        self.asked += 1
        self.turned_away += ahead >= IDLE


def jump(desk, browser, ahead):
    desk.control.clock(ahead)
    browser.look(ahead)


def a_day(desk, browser):
    """Before there is any work: what is kept for a day, as answers to calls that come again, may go by such a clock."""
    for ahead in (DAY, 0, -DAY, 0):
        jump(desk, browser, ahead)
    # One that starts sweeps at once what has lapsed by its clock, and with it a log-in over the API, of 12 hours.
    said = json.dumps({"email": EMAIL, "password": PASSWORD})
    if browser.ask("POST", "/api/auth/login", said, {"Content-Type": "application/json"}).status != 200:
        raise Wrong("a log-in over the API was refused")
    desk.stop()
    desk.control.clock(DAY)
    desk.start()
    until("a sweep", lambda: not account.rows(desk, "SELECT 1 FROM api_tokens WHERE expires_at IS NOT NULL"))
    jump(desk, browser, DAY)
    jump(desk, browser, 0)


def left(load):
    """Messages that still wait some seconds after the last jump."""
    caller = Caller(load.bases, load.token)
    for _ in range(50):
        _, _, page = caller.ask("GET", "/api/notifications?state=queued,sending&pageSize=100")
        if not page["items"]:
            break
        time.sleep(0.1)
    caller.close()
    return len(page["items"])
