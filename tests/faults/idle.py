"""As many connections as a desk holds, ten thousand, which say nothing, but for two clients at work: it answers those. With all of
them idle, others wait until some of those have been so for too long, and are answered then."""

import os
import resource
import socket
import time

import account
from desk import NotRun, Wrong, until
from load import Caller, Load
from main import Report

# What a desk holds in all, and how many come beyond that.
HELD, MORE, CLIENTS = 10_000, 100, 2


def run(bench):
    room(HELD + 500)
    desk = bench.desk().start()
    load = Load([desk.base], desk.token, bench.work / "log", clients=CLIENTS, pause=0.05).start()
    until("some work", lambda: load.count(201) > 10)
    before = memory(desk)
    idle = dial(desk, HELD - CLIENTS)
    until("all of them to be held", lambda: accepted(desk) == HELD, 25, 0.2)
    since = time.monotonic()
    time.sleep(5)
    held = memory(desk)
    until("all of them to be held still", lambda: accepted(desk) == HELD, 5, 0.2)
    took = sorted(took for began, took, status, _ in load.times if began > since and status in (200, 201))
    refused = {status: count for status, count in load.answers.items() if status not in (200, 201)}
    if refused or not took:
        raise Wrong(f"beside {HELD - CLIENTS} idle connections the answers were {load.answers}")
    load.stop()
    hang_up(desk, idle)
    # Now too many: whoever comes last waits for those that are idle for half a minute.
    idle = dial(desk, HELD + MORE)
    until("as many as it holds to be held", lambda: accepted(desk) == HELD, 25, 0.2)
    began = time.monotonic()
    time.sleep(5)
    until("as many as it holds to be held still", lambda: accepted(desk) == HELD, 5, 0.2)
    status, _, _ = Caller([desk.base], desk.token, timeout=60).ask("GET", "/api/tickets")
    waited = time.monotonic() - began
    if status != 200:
        raise Wrong(f"behind too many connections a request was answered {status}")
    hang_up(desk, idle)
    verdict = account.settle(desk, load)
    return Report(f"{HELD} idle connections, {MORE} more that waited", verdict,
                  f"with {CLIENTS} of them at work {len(took)} requests were answered meanwhile, half of them within "
                  f"{took[len(took) // 2] * 1000:.1f} ms and the slowest in {took[-1] * 1000:.0f} ms; "
                  f"{(held - before) * 1024 // (HELD - CLIENTS)} bytes a connection, {held // 1024} MiB in all; "
                  f"with {HELD + MORE} idle a request was answered {waited:.0f} s after all were there")


def handles(desk):
    return len(os.listdir(f"/proc/{desk.process.pid}/fd"))


def accepted(desk):
    """Its connections that it has taken out of the system's queue: those there have no inode yet. While others come and go, the
    table may have one twice or not at all."""
    with open(f"/proc/{desk.process.pid}/net/tcp", encoding="ascii") as table:
        rows = [line.split() for line in table][1:]
    return len({row[2] for row in rows if row[1].endswith(f":{desk.port:04X}") and row[3] == "01" and row[9] != "0"})


def hang_up(desk, idle):
    for one in idle:
        one.close()
    until("them to be gone", lambda: handles(desk) < 5 * MORE, 30, 0.2)


def room(wanted):
    """File handles for this process and those that it starts."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < wanted:
        raise NotRun(f"a process may have {hard} file handles here, and this needs {wanted}: ulimit -n {wanted}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))


def dial(desk, count):
    """Not all at once: with more in the system's queue than that has room for, whoever comes is let try again a second later."""
    made, before = [], handles(desk)
    for number in range(count):
        if number % 100 == 0:
            until("the queue to be taken", lambda: handles(desk) - before >= min(number, HELD - CLIENTS) - 20, 20, 0.01)
        made.append(socket.create_connection(("127.0.0.1", desk.port), timeout=30))
    return made


def memory(desk):
    """What of it is in memory, in KiB."""
    with open(f"/proc/{desk.process.pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
