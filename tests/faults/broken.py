"""An ext4 that finds itself damaged and turns read-only under the desk, with its files open. What was acknowledged is there when it has
been mended. It takes root, and loop devices."""

import os
import subprocess

import account
from desk import NotRun, need, until
from disk import Disk, mount
from load import Load
from main import Report
from readonly import refuses


def run(bench):
    if os.getuid():
        raise NotRun("only root can have a file system break down")
    need("/usr/sbin/mkfs.ext4", "/usr/sbin/e2fsck")
    rounds, whole = 10 if bench.long else 1, account.Verdict()
    for number in range(rounds):
        verdict = once(bench, number)
        whole.acknowledged += verdict.acknowledged
        whole.kept += verdict.kept
    return Report(f"{rounds} file systems broken down", whole, f"{whole.kept} kept though refused")


def once(bench, number):
    disk = Disk(bench.work / f"disk{number}", 64, ext4=True)
    desk = bench.desk(f"desk{number}", data=disk.path / "data").start()
    load = Load([desk.base], desk.token, bench.work / f"log{number}", seed=number).start()
    until("some work", lambda: load.acknowledged() > 100)
    disk.break_down()
    until("a refusal", lambda: load.count(503) > 5)
    refuses(desk, load)
    load.stopped.set()
    desk.kill()
    load.stop()
    disk.end()
    image = disk.path.with_suffix(".img")
    subprocess.run(["/usr/sbin/e2fsck", "-fy", str(image)], capture_output=True, check=False)
    mount("-o", "loop", image, disk.path)
    desk.start()
    verdict = account.settle(desk, load)
    disk.end()
    return verdict
