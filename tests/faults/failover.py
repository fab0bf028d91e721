"""The primary of a PostgreSQL pair (bin/pg-pair) is killed under load on two nodes, and its synchronous standby promoted."""

import subprocess
import time

import account
from desk import BIN, Desk, NotRun, until
from load import Load
from main import Report
from sink import Sink


class Pair:
    def __init__(self, place):
        if subprocess.run([BIN / "as-postgres", "true"], capture_output=True, check=False).returncode:
            raise NotRun("there are no programs of PostgreSQL 15 or newer")
        self.place = place
        self.url = subprocess.run(
            [BIN / "pg-pair", "start", place], text=True, capture_output=True, check=True).stdout.strip().splitlines()[-1]

    def __call__(self, word):
        subprocess.run([BIN / "pg-pair", word, self.place], check=True, stdout=subprocess.DEVNULL)

    def end(self):
        self("stop")


def run(bench):
    rounds, whole, outages = 5 if bench.long else 1, account.Verdict(), []
    refused = 0
    for number in range(rounds):
        pair = bench.keep(Pair(bench.work / f"pair{number}"))
        sink = bench.keep(Sink())
        key = bench.work / f"key{number}"
        nodes = [Desk(bench.work / f"node{number}{which}", DATABASE_URL=pair.url, KEY_FILE=key, **sink.settings())
                 for which in "ab"]
        bench.desks.extend(nodes)
        nodes[0].people()
        nodes[1].token = nodes[0].token
        for node in nodes:
            node.start()
        load = Load([node.base for node in nodes], nodes[0].token, bench.work / f"log{number}", pause=0.02).start()
        until("some work", lambda: load.count(201) > 100, 60)
        began = time.monotonic()
        pair("kill")
        time.sleep(1)
        before = load.count(201)
        pair("promote")
        until("tickets to be taken by the standby", lambda: load.count(201) > before, 60)
        outages.append(time.monotonic() - began)
        before = load.count(201)
        until("some work", lambda: load.count(201) > before + 100, 60)
        load.stop()
        nodes[1].stop()
        load.bases = [nodes[0].base]
        # The clock of one node alone must not be moved on.
        verdict = account.settle(nodes[0], load, sink, seconds=120, step=0)
        refused += load.count(503) + load.count(None)
        whole.acknowledged += verdict.acknowledged
        whole.kept += verdict.kept
        whole.duplicates += verdict.duplicates
    return Report(f"{rounds} primaries killed and their standbys promoted", whole,
                  f"{refused} requests refused or cut off and sent again, {whole.kept} kept though nobody was told, the longest "
                  f"time without a write {max(outages):.1f} s")
