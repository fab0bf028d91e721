"""The n-th write, flush or change of a file's size fails, once, for each n from 1 on: after each the desk works again by itself,
and every second time it is killed right then, as after a power cut of what it could not write."""

import errno
import time

import account
from desk import until
from load import Load
from main import Report


def run(bench):
    desk = bench.desk()
    desk.start()
    load = Load([desk.base], desk.token, bench.work / "log").start()
    reached, last = 0, 400 if bench.long else 24
    errors = [errno.EIO, errno.ENOSPC]
    for n in range(1, last + 1):
        desk.control.fail(desk.control.WRITES | desk.control.FLUSHES | desk.control.SIZES, errors[n % 2], n)
        until("the call that fails", lambda: desk.control.failed, 20, 0.005)
        reached += 1
        if n % 4 == 0:
            desk.kill()
            desk.start()
        before = load.count(201)
        until("the desk to take tickets again", lambda: load.count(201) > before, 20, 0.005)
    load.stop()
    verdict = account.settle(desk, load)
    desk.says(r"ERROR a commit failed; nothing of it was kept")
    return Report(f"{reached} single failures of a write or a flush, after {reached // 4} of them kill -9", verdict,
                  f"{load.count(503)} answers of 503, {verdict.kept} kept though refused")
