"""Another process holds the database: for 3 s, while all wait; for 8 s, after which they are refused. Nothing is lost or done twice."""

import sqlite3
import time

import account
from desk import Wrong, until
from load import Load
from main import Report


def run(bench):
    desk = bench.desk().start()
    load = Load([desk.base], desk.token, bench.work / "log").start()
    holds = [3, 8] * 5 if bench.long else [3, 6.5]
    other = sqlite3.connect(desk.data / "redress.db", isolation_level=None, timeout=30)
    for seconds in holds:
        before = load.count(201)
        until("some work", lambda: load.count(201) > before + 3)
        refused = load.count(503)
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        while time.monotonic() < began + seconds - 0.2:
            if desk.answers("/api/tickets") != 200:
                raise Wrong("the list could not be read meanwhile")
            time.sleep(0.2)
        if load.fresh(began):
            raise Wrong("writes were acknowledged while another process held the lock")
        other.execute("ROLLBACK")
        before = load.count(201)
        until("the desk to take tickets again", lambda: load.count(201) > before)
        if (load.count(503) > refused) != (seconds > 5):
            raise Wrong(f"held for {seconds} s, {load.count(503) - refused} were refused")
    other.close()
    load.stop()
    verdict = account.settle(desk, load)
    return Report(f"{len(holds)} times held for {holds[0]} or {holds[1]} s", verdict,
                  f"{load.count(503)} answers of 503, the longest wait {max(took for _, took, _, _ in load.times):.1f} s")
