"""Another process holds the database: for 3 s, while all wait; for 8 s, after which they are refused. Nothing is lost or done twice."""

import sqlite3
import time

import account
from desk import Wrong, until
from load import Load
from main import Report

# The desk waits for 5 s. Held for less than the one nobody is refused, for more than the other somebody is; between them it may be
# either, by how soon a write came and how exactly this machine sleeps.
WAITED, REFUSED = 4.0, 5.5
TRIES = 5


def run(bench):
    desk = bench.desk().start()
    load = Load([desk.base], desk.token, bench.work / "log").start()
    wanted = [3, 8] * 5 if bench.long else [3, 6.5]
    other = sqlite3.connect(desk.data / "redress.db", isolation_level=None, timeout=30)
    held = []
    for seconds in wanted:
        for _ in range(TRIES):
            held.append(hold(desk, load, other, seconds))
            if held[-1] < WAITED if seconds < WAITED else held[-1] > REFUSED:
                break
        else:
            raise Wrong(f"meant to hold it for {seconds} s {TRIES} times, and it was {held[-TRIES:]}")
    other.close()
    load.stop()
    verdict = account.settle(desk, load)
    return Report(f"{len(held)} times held, for {min(held):.1f} to {max(held):.1f} s", verdict,
                  f"{load.count(503)} answers of 503, the longest wait {max(took for _, took, _, _ in load.times):.1f} s")


def hold(desk, load, other, seconds):
    """Holds it for about so long, and gives for how long it really was."""
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
    held = time.monotonic() - began
    before = load.count(201)
    until("the desk to take tickets again", lambda: load.count(201) > before)
    refused = load.count(503) - refused
    if held < WAITED and refused or held > REFUSED and not refused:
        raise Wrong(f"held for {held:.1f} s, {refused} were refused")
    return held
