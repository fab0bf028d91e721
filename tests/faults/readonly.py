"""The disk takes no writes for a while, as one whose file system has found itself damaged; and at the start."""

import errno
import os
import subprocess
import time

import account
from desk import Wrong, until
from disk import Disk, mount
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
        time.sleep(0.2)
        refuses(desk, load)
        desk.control.heal()
        before = load.count(201)
        until("the desk to take tickets again, without a restart", lambda: load.count(201) > before)
    # For real, before it starts. Nothing may be open to write then, so the clients wait.
    desk.kill()
    disk.read_only()
    desk.said_when_refused(r"redress: .*(read-only|readonly|cannot|not available)")
    refusal = desk.words().strip().splitlines()[-1]
    disk.read_only(False)
    desk.start()
    load.stop()
    verdict = account.settle(desk, load)
    desk.end()
    disk.end()
    broken = broken_down(bench) if bench.long else ""
    return Report(f"{rounds} times read-only at work and once at the start", verdict,
                  f"{load.count(503)} answers of 503, {verdict.kept} kept though refused{broken}; at the start it said: {refusal}")


def refuses(desk, load):
    """Nothing is acknowledged, and reading goes on."""
    acknowledged = load.acknowledged()
    time.sleep(0.6)
    if load.acknowledged() != acknowledged:
        raise Wrong(f"{load.acknowledged() - acknowledged} requests were acknowledged while nothing could be written")
    status = desk.answers("/api/tickets")
    if status != 200:
        raise Wrong(f"the list was answered {status} meanwhile")


def broken_down(bench):
    """An ext4 that turns read-only under the desk, with its files open. It takes root, and loop devices."""
    if os.getuid():
        return ", not tried on a real ext4 that breaks down (it takes root)"
    disk = Disk(bench.work / "ext4", 64, ext4=True)
    desk = bench.desk("broken", data=disk.path / "data").start()
    load = Load([desk.base], desk.token, bench.work / "broken-load").start()
    until("some work", lambda: load.acknowledged() > 100)
    disk.break_down()
    until("a refusal", lambda: load.count(503) > 5)
    time.sleep(0.2)
    refuses(desk, load)
    load.stopped.set()
    desk.kill()
    load.stop()
    disk.end()
    image = disk.path.with_suffix(".img")
    subprocess.run(["e2fsck", "-fy", str(image)], capture_output=True, check=False)
    mount("-o", "loop", image, disk.path)
    desk.start()
    verdict = account.settle(desk, load)
    disk.end()
    return f"; and once an ext4 that broke down: {verdict.acknowledged} acknowledged, {verdict.lost} lost"
