"""No file handles are left, since clients that say nothing hold them all: the desk goes on with those it has, and takes up connections
again when there are handles, without a restart."""

import os
import resource
import socket

import account
from desk import Wrong, until
from load import Load
from main import Report


def run(bench):
    desk = bench.desk().start()
    load = Load([desk.base], desk.token, bench.work / "log", pause=0.01).start()
    rounds, most = 20 if bench.long else 2, 0
    for number in range(rounds):
        before = load.count(201)
        until("some work", lambda: load.count(201) > before + 5)
        # As many as it has, and none or a few more.
        soft = handles(desk) + number % 4
        resource.prlimit(desk.process.pid, resource.RLIMIT_NOFILE, (soft, 4096))
        idle = [dial(desk) for _ in range(64)]
        # Whoever is connected is still served; their next connections are not.
        until("handles to be used up", lambda: handles(desk) >= soft, 10)
        most = max(most, handles(desk))
        acknowledged = load.acknowledged()
        until("work to go on by the connections that are there", lambda: load.acknowledged() > acknowledged + 5, 20)
        if desk.process.poll() is not None:
            raise Wrong("the server ended when there were no file handles")
        if number % 2:
            desk.kill()
            desk.start()
        else:
            resource.prlimit(desk.process.pid, resource.RLIMIT_NOFILE, (4096, 4096))
        for one in idle:
            one.close()
        until("new connections to be taken", lambda: desk.answers("/api/tickets") == 200, 20)
    load.stop()
    verdict = account.settle(desk, load)
    return Report(f"{rounds} times no handle left", verdict, f"{most} of them in use, {load.count(503)} answers of 503, "
                  f"{load.count(None)} without one")


def handles(desk):
    try:
        return len(os.listdir(f"/proc/{desk.process.pid}/fd"))
    except OSError:
        return 0


def dial(desk):
    one = socket.socket()
    one.setblocking(False)
    one.connect_ex(("127.0.0.1", desk.port))
    return one
