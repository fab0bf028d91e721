"""The primary of a PostgreSQL pair (bin/pg-pair) is killed under load on two nodes, and its synchronous standby promoted. Then the
old primary is started again as one, which nobody should do: nodes that are at work have nothing to do with it."""

import subprocess
import time

import account
from desk import BIN, Desk, NotRun, Wrong, until
from load import Load
from main import Report
from sink import Sink

# Seconds from the kill until writes are taken again, the second before the promotion included.
RESUMED = 30
# Of each node: so few that all are at work soon, since a new one may go to the old primary.
CONNECTIONS = 2


class Pair:
    def __init__(self, place):
        if subprocess.run([BIN / "as-postgres", "true"], capture_output=True, check=False).returncode:
            raise NotRun("there are no programs of PostgreSQL 15 or newer")
        self.place = place
        self.url = subprocess.run(
            [BIN / "pg-pair", "start", place], text=True, capture_output=True, check=True).stdout.strip().splitlines()[-1]

    def __call__(self, word):
        subprocess.run([BIN / "pg-pair", word, self.place], check=True, stdout=subprocess.DEVNULL)

    def ask(self, which, sql):
        """What a query gives on one of the two, by name."""
        port = (self.place / f"{which}.port").read_text().strip()
        done = subprocess.run(
            [BIN / "as-postgres", "psql", "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", port, "-U",
             "redress", "-d", "redress", "-c", sql], text=True, capture_output=True, check=True)
        return done.stdout.strip()

    def end(self):
        self("stop")


def run(bench):
    rounds, whole, outages = 5 if bench.long else 1, account.Verdict(), []
    refused = 0
    for number in range(rounds):
        pair = bench.keep(Pair(bench.work / f"pair{number}"))
        sink = bench.keep(Sink())
        key = bench.work / f"key{number}"
        nodes = [Desk(bench.work / f"node{number}{which}", DATABASE_URL=pair.url, DATABASE_CONNECTIONS=CONNECTIONS, KEY_FILE=key,
                      **sink.settings()) for which in "ab"]
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
        if outages[-1] > RESUMED:
            raise Wrong(f"no write was taken for {outages[-1]:.0f} s")
        before = load.count(201)
        until("some work", lambda: load.count(201) > before + 100, 60)
        come_back(pair, load)
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


def come_back(pair, load):
    """The old primary as one, with all that it had, and first in the list of hosts."""
    sessions = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'redress'"
    # One more of each node listens.
    until("the nodes' connections", lambda: int(pair.ask("standby", sessions)) == 2 * (CONNECTIONS + 1), 60)
    pair("revive")
    if pair.ask("primary", "SELECT pg_is_in_recovery()") != "f":
        raise Wrong("the old primary is none")
    tickets = "SELECT count(*), max(updated_at) FROM tickets"
    kept, before = pair.ask("primary", tickets), load.count(201)
    until("work with the old primary there", lambda: load.count(201) > before + 300, 60)
    there, now = pair.ask("primary", sessions), pair.ask("primary", tickets)
    pair("kill")
    if there != "0" or now != kept:
        raise Wrong(f"the old primary had {there} connections of nodes, and of tickets {now} after {kept}")
