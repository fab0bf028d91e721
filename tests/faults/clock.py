"""The machine's clock jumps an hour, on and back, while the desk works: nothing is lost, references stay unique, nothing is ended
early, and messages go out. Monotonic time is left alone, as where NTP steps."""

import random
import time

import account
from desk import Wrong, until
from load import Caller, Load
from main import Report
from sink import Sink


def run(bench):
    sink = bench.keep(Sink())
    desk = bench.desk(**sink.settings()).start()
    load = Load([desk.base], desk.token, bench.work / "log", clients=4, pause=0.02).start()
    chance, jumps, longest = random.Random(17), 60 if bench.long else 4, 0.0
    for number in range(jumps):
        time.sleep(0.3 + chance.random() / 2)
        before = load.count(201)
        # On, and at the next turn back to the right time; every third time the other way round.
        desk.control.clock(0 if number % 2 else chance.choice([3600, 3600, -3600]))
        began = time.monotonic()
        until("the desk to take tickets", lambda: load.count(201) > before + 2)
        longest = max(longest, time.monotonic() - began)
        if desk.answers("/api/tickets") != 200:
            raise Wrong("the token or the list is not valid any more after a jump")
    desk.control.clock(0)
    load.stop()
    refused = sum(count for status, count in load.answers.items() if status not in (200, 201))
    if refused:
        raise Wrong(f"requests were refused after a jump: {load.answers}")
    waiting = left(load)
    # What a killed server had under way would wait for a time that is an hour off; here nothing is killed.
    verdict = account.settle(desk, load, sink, seconds=60, step=900 if bench.long else 3600)
    return Report(f"{jumps} jumps of an hour", verdict,
                  f"{waiting} messages were still waiting some seconds after the clock was right again")


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
