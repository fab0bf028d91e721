"""Every flush fails for a while: nothing may be acknowledged meanwhile, reading goes on, and a power cut right after takes nothing
that was."""

import errno
import random
import time

import account
from desk import Wrong, until
from load import Load
from main import Report
from power import cut, read


def run(bench):
    desk = bench.desk()
    desk.journal = bench.work / "journal"
    chance, rounds = random.Random(3), 40 if bench.long else 3
    load = Load([desk.base], desk.token, bench.work / "log").start()
    for number in range(rounds):
        base = read(desk.data)
        desk.start()
        before = load.count(201)
        until("some work", lambda: load.count(201) > before + 3)
        desk.control.fail(desk.control.FLUSHES, errno.EIO)
        since = time.monotonic()
        time.sleep(0.8)
        if load.fresh(since):
            raise Wrong(f"{load.fresh(since)} requests were acknowledged while no flush succeeded")
        if not desk.control.failed or desk.answers("/api/tickets") != 200:
            raise Wrong("no flush failed, or the list could not be read meanwhile")
        if number % 2:
            desk.control.heal()
            before = load.count(201)
            until("the desk to take tickets again, without a restart", lambda: load.count(201) > before)
        cut(desk, base, chance)
        desk.control.heal()
    desk.start()
    load.stop()
    verdict = account.settle(desk, load)
    desk.says(r"ERROR a commit failed; nothing of it was kept.*disk I/O error")
    return Report(f"{rounds} times no flush succeeded for 0.8 s, then a power cut", verdict,
                  f"{load.count(503)} answers of 503, {verdict.kept} kept though refused")
