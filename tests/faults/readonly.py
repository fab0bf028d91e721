"""The disk takes no writes for a while, each call being refused; and it is mounted read-only when the desk starts."""

import errno
import time

import account
from desk import Wrong, until
from disk import Disk
from load import Load
from main import Report


def run(bench):
    disk = Disk(bench.work / "disk", 128 if bench.long else 24)
    desk = bench.desk(data=disk.path / "data").start()
    load = Load([desk.base], desk.token, bench.work / "log", pause=0.01).start()
    rounds = 30 if bench.long else 2
    for _ in range(rounds):
        before = load.count(201)
        until("some work", lambda: load.count(201) > before + 5)
        everything = desk.control.WRITES | desk.control.FLUSHES | desk.control.SIZES | desk.control.CREATION
        desk.control.fail(everything, errno.EROFS)
        refuses(desk, load)
        desk.control.heal()
        before = load.count(201)
        until("the desk to take tickets again, without a restart", lambda: load.count(201) > before)
    # For real, before it starts. Nothing may be open to write then, so the clients wait.
    desk.kill()
    disk.read_only()
    desk.said_when_refused(r"redress: .*(read-only|readonly|cannot|not available)")
    refusal = desk.words().strip().splitlines()[-1]
    reasons = refusal.split(": ")
    if len(set(reasons)) < len(reasons):
        raise Wrong(f"it says its reason more than once: {refusal}")
    disk.read_only(False)
    desk.start()
    load.stop()
    verdict = account.settle(desk, load)
    desk.end()
    disk.end()
    return Report(f"{rounds} times read-only at work and once at the start", verdict,
                  f"{load.count(503)} answers of 503, {verdict.kept} kept though refused; at the start it said: {refusal}")


def refuses(desk, load):
    """Nothing is acknowledged, and reading goes on."""
    since = time.monotonic()
    time.sleep(0.8)
    if load.fresh(since):
        raise Wrong(f"{load.fresh(since)} requests were acknowledged while nothing could be written")
    ready = desk.answers("/readyz")
    if ready != 503:
        raise Wrong(f"/readyz was answered {ready} while nothing could be written")
    status = desk.answers("/api/tickets")
    if status != 200:
        raise Wrong(f"the list was answered {status} meanwhile")
