"""kill -9 at random moments under load, some of them while the server is starting."""

import random
import time

import account
from load import Load
from main import Report
from sink import Sink


def run(bench):
    sink = bench.keep(Sink())
    desk = bench.desk(**sink.settings()).start()
    load = Load([desk.base], desk.token, bench.work / "log", pause=0.02).start()
    chance, kills = random.Random(20261127), 1000 if bench.long else 10
    starting = 0
    for number in range(kills):
        if number % 5 == 4:
            # Before it has said that it is ready, or hardly after.
            time.sleep(chance.random() * 0.4)
            starting += desk.answers("/healthz", 1) is None
        else:
            if number:
                desk.await_ready()
            time.sleep(0.02 + chance.random() * 0.4)
        desk.kill()
        desk.start(wait=False)
    desk.await_ready()
    load.stop()
    verdict = account.settle(desk, load, sink, seconds=240 if bench.long else 30, step=0 if bench.long else 45)
    refused = load.count(None)
    return Report(
        f"{kills} kills, {starting} of them of a server that was starting", verdict,
        f"{len(load.cases)} tickets begun, {refused} requests cut off, {verdict.kept} kept though nobody was told, "
        f"messages {verdict.messages}",
    )
