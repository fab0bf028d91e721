"""Ten thousand connections that say nothing, less a few: the desk holds them, and answers whoever asks. With more than it holds,
others wait until some of those have been idle for too long, and are answered then."""

import os
import resource
import socket
import time

import account
from desk import NotRun, Wrong, until
from load import Caller, Load
from main import Report

HELD = 10_000


def run(bench):
    room(HELD + 500)
    desk = bench.desk().start()
    load = Load([desk.base], desk.token, bench.work / "log", clients=2, pause=0.05).start()
    until("some work", lambda: load.count(201) > 10)
    before = memory(desk)
    idle = dial(desk, HELD - 100)
    until("all of them to be held", lambda: len(os.listdir(f"/proc/{desk.process.pid}/fd")) >= HELD - 100, 30)
    since = time.monotonic()
    time.sleep(5)
    held = memory(desk)
    took = sorted(took for began, took, status, _ in load.times if began > since and status in (200, 201))
    refused = {status: count for status, count in load.answers.items() if status not in (200, 201)}
    if refused or not took:
        raise Wrong(f"beside {HELD - 100} idle connections the answers were {load.answers}")
    load.stop()
    # Now too many: whoever comes last waits for those that are idle for half a minute.
    for one in idle:
        one.close()
    idle = dial(desk, HELD + 100)
    began = time.monotonic()
    status, _, _ = Caller([desk.base], desk.token, timeout=60).ask("GET", "/api/tickets")
    waited = time.monotonic() - began
    if status != 200:
        raise Wrong(f"behind too many connections a request was answered {status}")
    for one in idle:
        one.close()
    verdict = account.settle(desk, load)
    return Report(f"{HELD - 100} idle connections", verdict,
                  f"{len(took)} requests answered meanwhile, half of them within {took[len(took) // 2] * 1000:.1f} ms and the slowest "
                  f"in {took[-1] * 1000:.0f} ms; {(held - before) * 1024 // (HELD - 100)} bytes a connection, {held // 1024} MiB in all; "
                  f"with {HELD + 100} a request waited {waited:.0f} s for one to end")


def room(wanted):
    """File handles for this process and those that it starts."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < wanted:
        raise NotRun(f"a process may have {hard} file handles here, and this needs {wanted}: ulimit -n {wanted}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))


def dial(desk, count):
    made = []
    for _ in range(count):
        made.append(socket.create_connection(("127.0.0.1", desk.port), timeout=30))
    return made


def memory(desk):
    """What of it is in memory, in KiB."""
    with open(f"/proc/{desk.process.pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
