"""Mixed work at half of what the desk can do, for an hour: whether memory and times stay what they were.

    MINUTES=60 REDRESS=FILE python3 benches/soak.py

A desk of 20,000 tickets (TICKETS) on a disk of its own directory, with the gateway that only notes. First so many requests as
four people get done who never pause, then half as many a second, evenly spread: tickets logged, notes, changes of status, searches by
name, number and word over the API; pages of the list, of tickets and of reports; and ten open pages that hear of it all. A line
each minute. """

import http.client
import json
import os
import pathlib
import queue
import random
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "faults"))
from load import Caller  # noqa: E402

PROGRAM = os.path.realpath(os.environ.get("REDRESS", ROOT / "target/release/redress"))
MINUTES = int(os.environ.get("MINUTES", "60"))
TICKETS = os.environ.get("TICKETS", "20000")
PEOPLE = 4
STREAMS = 10
WORDS = ["charge", "refund", "discount", "router", "deposit", "fee", "plan", "tax"]
FIRST = ["Ada", "Ben", "Cor", "Dev", "Eli", "Fay", "Gus", "Hal", "Ida", "Jon"]
NAMES = [f"{one}{other}" for one in FIRST for other in ("mar", "rin", "sol", "tan", "wick", "ford")]


class Desk:
    """A desk of its own in a temporary directory."""

    def __init__(self, place):
        plain = {name: value for name, value in os.environ.items() if not name.startswith("REDRESS_")}
        self.env = plain | {"REDRESS_DATA_DIR": f"{place}/desk", "REDRESS_LISTEN": "127.0.0.1:0", "REDRESS_REGION": "GB"}
        self.place = place
        self.run("demo", "--tickets", TICKETS, "--keep", "desk", "--no-serve")
        self.run("user", "add", "--email", "soak@desk.example", "--name", "Soak", "--role", "admin", "--password-stdin",
                 given="soak-correct-horse-1\n")
        self.token = self.run("token", "create", "--user", "soak@desk.example", "--name", "soak").strip()
        self.server = subprocess.Popen([PROGRAM, "serve"], env=self.env, cwd=place, stdout=subprocess.PIPE, text=True)
        for line in self.server.stdout:
            if "listening" in line:
                self.base = line.split()[-1].strip()
                break
        self.cookie = self.sign_in()
        # Whatever else it says has to go somewhere.
        threading.Thread(target=self.server.stdout.read, daemon=True).start()

    def run(self, *words, given=None):
        done = subprocess.run([PROGRAM, *words], env=self.env, cwd=self.place, input=given, text=True, capture_output=True,
                              check=False)
        if done.returncode:
            raise SystemExit(f"redress {words[0]}: {done.stderr}")
        return done.stdout

    def sign_in(self):
        """A session, for pages."""
        door = http.client.HTTPConnection(self.base.removeprefix("http://"))
        door.request("POST", "/login", "email=soak%40desk.example&password=soak-correct-horse-1",
                     {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"})
        return door.getresponse().headers["Set-Cookie"].split(";")[0]

    def memory(self):
        """MiB of it that are in memory."""
        with open(f"/proc/{self.server.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024

    def listen(self):
        """An open stream, read for as long as this runs."""
        stream = http.client.HTTPConnection(self.base.removeprefix("http://"), timeout=None)
        stream.request("GET", "/live?see=list", headers={"Cookie": self.cookie})
        answer = stream.getresponse()
        if answer.status != 200:
            raise SystemExit(f"a stream was answered {answer.status}")
        while answer.read1(65536):
            pass


class Person:
    """One connection, and the tickets that its user knows."""

    def __init__(self, desk, seed):
        self.caller, self.chance, self.known = Caller([desk.base], desk.token, again=True), random.Random(seed), []
        # On pages the session counts.
        self.page = {"Cookie": desk.cookie, "Authorization": ""}

    def work(self):
        """One request. What it was, its status, and when it was answered."""
        name, method, path, body = self.choose()
        status, _, answer = self.caller.ask(method, path, body, None if path.startswith("/api/") else self.page)
        if name == "log" and status == 201:
            # The last five: a ticket gets its few notes and is left alone, so that pages are as long at the end as at the start.
            self.known = [*self.known[-4:], answer["ticketRef"]]
        return name, status, time.monotonic()

    def choose(self):
        chance = self.chance
        one = chance.choice(self.known) if self.known else None
        dice = chance.random()
        # Twenty a minute, and as few notes and changes as forty people make: a desk that grows by half in the hour costs more at its
        # end whatever its memory does, and what a larger one costs is for other benchmarks.
        if one is None or dice < 0.001:
            return "log", "POST", "/api/tickets", {
                "clientName": f"{chance.choice(NAMES)} {chance.choice(NAMES)}",
                "clientPhone": f"+4477009{chance.randrange(10**5):05}", "issueType": "Incorrect Bill",
                "description": f"The {chance.choice(WORDS)} on bill {chance.randrange(10**6)} is wrong."}
        if dice < 0.006:
            return "note", "POST", f"/api/tickets/{one}/notes", {"content": f"Asked about {chance.randrange(10**6)}."}
        if dice < 0.01:
            return "change", "PUT", f"/api/tickets/{one}", {"status": chance.choice(["In Progress", "Fixed", "In Progress"])}
        if dice < 0.35:
            return "list", "GET", "/tickets?status=New", None
        if dice < 0.52:
            return "name", "GET", f"/api/tickets?q={chance.choice(NAMES)}%20{chance.choice(NAMES)}", None
        if dice < 0.64:
            return "number", "GET", f"/api/tickets?q={chance.randrange(10**4):04}", None
        if dice < 0.68:
            return "word", "GET", f"/api/tickets?q={chance.choice(WORDS)}", None
        if dice < 0.98:
            return "read", "GET", f"/tickets/{one}", None
        return "report", "GET", "/reports", None


class Crew:
    """People who take requests from a clock, or without a pause."""

    def __init__(self, desk, clock=None):
        self.clock, self.seen, self.lock, self.ended = clock, [], threading.Lock(), threading.Event()
        self.threads = [threading.Thread(target=self.go, args=(Person(desk, seed),), daemon=True) for seed in range(PEOPLE * (4 if clock else 1))]
        for thread in self.threads:
            thread.start()

    def go(self, person):
        while not self.ended.is_set():
            due = time.monotonic()
            if self.clock:
                try:
                    due = self.clock.get(timeout=1)
                except queue.Empty:
                    continue
            name, status, at = person.work()
            with self.lock:
                # From when it was due on: who had to wait for others counts too.
                self.seen.append((name, status, at - due))

    def take(self):
        with self.lock:
            seen, self.seen = self.seen, []
        return seen

    def end(self):
        self.ended.set()
        for thread in self.threads:
            thread.join(30)


def quantile(times, part):
    times = sorted(times)
    return times[min(len(times) - 1, int(len(times) * part))] * 1000 if times else float("nan")


def main():
    with tempfile.TemporaryDirectory() as place:
        desk = Desk(place)
        try:
            soak(desk)
        finally:
            desk.server.terminate()
            desk.server.wait(60)


def soak(desk):
    print(f"idle, {TICKETS} tickets: {desk.memory():.0f} MiB")
    for _ in range(STREAMS):
        threading.Thread(target=desk.listen, daemon=True).start()
    crew = Crew(desk)
    time.sleep(10)
    crew.take()
    time.sleep(20)
    most = len(crew.take()) / 20
    crew.end()
    print(f"{PEOPLE} people without a pause: {most:.0f} requests a second; from here on {most / 2:.0f}")
    clock = queue.Queue()
    crew, began, sent = Crew(desk, clock), time.monotonic(), 0
    print("minute  requests  refused  p50_ms  p99_ms  slowest_ms  MiB")
    rows, kinds = [], []
    for minute in range(1, MINUTES + 1):
        while (now := time.monotonic()) < began + 60 * minute:
            while sent < (now - began) * most / 2:
                clock.put(began + sent / (most / 2))
                sent += 1
            time.sleep(0.005)
        seen = crew.take()
        times = [took for _, _, took in seen]
        refused = sum(status not in (200, 201) for _, status, _ in seen)
        row = (minute, len(seen), refused, quantile(times, 0.5), quantile(times, 0.99), quantile(times, 1), desk.memory())
        rows.append(row)
        kinds.append({kind: [took for name, _, took in seen if name == kind] for kind in {name for name, _, _ in seen}})
        print("{:6} {:9} {:8} {:7.1f} {:7.1f} {:11.0f} {:4.0f}".format(*row), flush=True)
    crew.end()
    part = max(1, MINUTES // 6)
    for name, column in (("p50", 3), ("p99", 4), ("MiB", 6)):
        mean = lambda some: sum(row[column] for row in some) / len(some)
        first, last = mean(rows[:part]), mean(rows[-part:])
        print(f"{name}: {first:.1f} in the first {part} minutes, {last:.1f} in the last: {last / first:.2f} times")
    for kind in sorted(set().union(*kinds)):
        first, last = ([took for minute in some for took in minute.get(kind, [])] for some in (kinds[:part], kinds[-part:]))
        print(f"{kind}: p50 {quantile(first, 0.5):.1f} ms in the first, {quantile(last, 0.5):.1f} ms in the last, of {len(last)}")
    print(f"{sum(row[1] for row in rows)} requests, {sum(row[2] for row in rows)} not answered with 200 or 201")


main()
