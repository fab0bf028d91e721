"""Runs faults, each in a process of its own, some side by side, and prints a line for each. See bin/faults."""

import concurrent.futures
import importlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time
import traceback
from dataclasses import dataclass, field

from desk import Desk, NotRun, Wrong

NAMES = [
    "kills", "power", "lying", "nth", "syncs", "full", "readonly", "broken", "damage", "clock", "handles", "busy", "gateway",
    "kannel", "smpp", "partition", "postgres", "failover", "idle", "flood", "rolling",
]
# What bin/ci runs: less than a minute in all. The others need tens of seconds, or servers that take long to set up.
SHORT = [
    "control", "kills", "gateway", "clock", "power", "lying", "busy", "nth", "syncs", "full", "readonly", "damage", "handles",
]
# What has mounts or a network of its process alone, which are gone with it. Who is root by a mapping cannot start PostgreSQL.
PRIVATE = {"full": "mount", "readonly": "mount", "broken": "mount", "partition": "net"}
PASSED, FAILED, USAGE, NOT_RUN = 0, 1, 2, 3


@dataclass
class Report:
    """What a fault has come to. `count` says how often it was brought about."""

    count: str
    verdict: object
    more: str = ""

    def line(self):
        v = self.verdict
        told = [
            self.count, f"{v.acknowledged} acknowledged", f"{v.lost} lost", f"{v.half_made} half-made",
            f"{v.duplicates} duplicates", *([self.more] if self.more else []),
        ]
        return ", ".join(told)


RUNNING = set()


def template(work):
    """A desk with its people, which each fault on SQLite gets a copy of."""
    desk = Desk(work / "template").people()
    (work / "token").write_text(desk.token)


@dataclass
class Bench:
    """Where a fault works: a directory of its own, and whether it is the long form."""

    work: pathlib.Path
    long: bool
    desks: list = field(default_factory=list)
    others: list = field(default_factory=list)

    def desk(self, name="desk", **settings):
        """A desk on SQLite that does not run yet."""
        desk = Desk(self.work / name, **settings)
        shutil.copytree(self.work.parent / "template" / "data", desk.data, dirs_exist_ok=True)
        os.sync()
        desk.token = (self.work.parent / "token").read_text()
        self.desks.append(desk)
        return desk

    def keep(self, other):
        """Something with an `end` that has to be called."""
        self.others.append(other)
        return other

    def end(self):
        for one in [*self.desks, *self.others]:
            one.end()


def one(name, work, long):
    """A fault, in this process. Its line is the last of what is printed."""
    work.mkdir()
    bench, began = Bench(work, long), time.monotonic()
    try:
        report = importlib.import_module(name).run(bench)
        status, line = PASSED, report.line()
    except NotRun as why:
        status, line = NOT_RUN, str(why)
    except Wrong as what:
        status, line = FAILED, str(what)
    except Exception:
        status, line = FAILED, traceback.format_exc()
    finally:
        bench.end()
    print(f"{line}, took {time.monotonic() - began:.0f} s" if status == PASSED else line)
    return status


def alone(name, work, long):
    """A fault in a process of its own: its status and what it says."""
    command = [sys.executable, __file__, "one", name, str(work / name), "long" if long else "short"]
    if name in PRIVATE:
        mapped = ["--map-root-user"] if os.getuid() and PRIVATE[name] == "mount" else []
        private = ["unshare", *mapped, f"--{PRIVATE[name]}"]
        if not shutil.which("unshare") or subprocess.run([*private, "true"], capture_output=True, check=False).returncode:
            return NOT_RUN, f"this machine lets this user have no {PRIVATE[name]} of one process alone"
        command = [*private, *command]
    with subprocess.Popen(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as fault:
        RUNNING.add(fault)
        said = fault.communicate()[0]
        RUNNING.discard(fault)
    return fault.returncode, said.strip()


def leave(_number, _frame):
    """Asked to end: so are the faults, which take what they started along, PostgreSQL's servers among it."""
    for fault in list(RUNNING):
        fault.terminate()
    sys.exit(FAILED)


def run(names, long, work, jobs):
    template(work)
    words = {PASSED: "passed", FAILED: "FAILED", NOT_RUN: "NOT RUN"}
    worst, began = PASSED, time.monotonic()
    crew = concurrent.futures.ThreadPoolExecutor(jobs)
    try:
        waiting = {crew.submit(alone, name, work, long): name for name in names}
        for done in concurrent.futures.as_completed(waiting):
            status, said = done.result()
            status = status if status in words else FAILED
            print(f"{waiting[done]:10} {words[status]:8} {said}", flush=True)
            worst = FAILED if FAILED in (status, worst) else max(status, worst)
    finally:
        crew.shutdown(cancel_futures=True)
    print(f"{len(names)} faults, {time.monotonic() - began:.0f} s")
    return worst


def main(words):
    signal.signal(signal.SIGTERM, leave)
    if words[:1] == ["one"]:
        return one(words[1], pathlib.Path(words[2]), words[3] == "long")
    work = pathlib.Path(os.environ["FAULTS_WORK"])
    short = words[:1] == ["short"]
    names = words[1:] if short else words
    names = names or (SHORT if short else NAMES)
    if any(not re.fullmatch("[a-z]+", name) or name not in [*NAMES, "control"] for name in names):
        print(f"short, control, or some of: {' '.join(NAMES)}", file=sys.stderr)
        return USAGE
    return run(names, not short, work, int(os.environ.get("JOBS", "4" if short else "1")))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
