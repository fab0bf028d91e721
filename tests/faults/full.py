"""The disk of the data directory is full for a while: no write is acknowledged that was not kept, reading goes on, and with room again
the desk works without a restart."""

import random
import time

import account
from desk import Wrong, until
from disk import Disk
from load import Load
from main import Report


def run(bench):
    disk = Disk(bench.work / "disk", 64 if bench.long else 24)
    desk = bench.desk(data=disk.path / "data").start()
    load = Load([desk.base], desk.token, bench.work / "log", pause=0.1 if bench.long else 0.02).start()
    rounds, ticket = 60 if bench.long else 3, None
    chance = random.Random(5)
    for number in range(rounds):
        before = load.count(201)
        until("some work", lambda: load.count(201) > before + 3)
        ticket = ticket or next(case.id for case in load.cases if case.id)
        refused = load.count(503)
        disk.fill(leave=chance.choice([0, 4096, 16384, 65536]))
        until("a refusal", lambda: load.count(503) > refused)
        disk.fill()
        # What fits into the log as it is may still be taken; the account tells whether it was kept.
        time.sleep(0.5)
        for path in ("/api/tickets", f"/api/tickets/{ticket}"):
            status = desk.answers(path)
            if status != 200:
                raise Wrong(f"{path} was answered {status} while the disk was full")
        if number % 3 == 2:
            desk.kill()
            disk.free()
            desk.start()
        disk.free()
        before = load.count(201)
        until("the desk to take tickets again", lambda: load.count(201) > before)
    load.stop()
    verdict = account.settle(desk, load)
    desk.says(r"ERROR a commit failed; nothing of it was kept.*(disk is full|disk I/O error)")
    desk.end()
    disk.end()
    return Report(f"{rounds} times full", verdict, f"{load.count(503)} answers of 503, {verdict.kept} kept though refused")
