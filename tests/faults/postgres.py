"""PostgreSQL ends at once, as when its machine is switched off and on, and starts again: the desk goes on by itself."""

import subprocess
import tempfile
import time

import account
from desk import BIN, Desk, NotRun, Wrong, until
from load import Load
from main import Report
from sink import Sink


class Server:
    """A server of this run alone, which forces what it commits to the disk."""

    def __init__(self):
        done = subprocess.run([BIN / "as-postgres", "mktemp", "-d"], text=True, capture_output=True, check=False)
        if done.returncode:
            raise NotRun(done.stderr.strip())
        self.home = done.stdout.strip()
        self.port = subprocess.run(
            [BIN / "start-postgres", f"{self.home}/data"], input="max_connections = 100\n", text=True, capture_output=True,
            check=True).stdout.strip()
        self.ask("createdb", "-h", "127.0.0.1", "-p", self.port, "-U", "redress", "redress")
        self.url = f"postgres://redress@127.0.0.1:{self.port}/redress"

    def ask(self, *words):
        subprocess.run([BIN / "as-postgres", *words], check=True, stdout=subprocess.DEVNULL)

    def stop(self):
        """At once: nothing is written out, as when the power goes."""
        self.ask("pg_ctl", "stop", "-D", f"{self.home}/data", "-m", "immediate", "-s")

    def start(self):
        self.ask("pg_ctl", "start", "-D", f"{self.home}/data", "-l", f"{self.home}/data.log", "-w", "-s", "-o",
                 f"-p {self.port}")

    def end(self):
        try:
            self.stop()
        except subprocess.CalledProcessError:
            pass
        subprocess.run([BIN / "as-postgres", "rm", "-rf", self.home], check=False)


def run(bench):
    server = bench.keep(Server())
    sink = bench.keep(Sink())
    desk = Desk(bench.work / "desk", DATABASE_URL=server.url, **sink.settings())
    bench.desks.append(desk)
    desk.people().start()
    load = Load([desk.base], desk.token, bench.work / "log", pause=0.02).start()
    rounds, longest = 40 if bench.long else 2, 0.0
    for number in range(rounds):
        before = load.count(201)
        until("some work", lambda: load.count(201) > before + 10)
        server.stop()
        time.sleep(0.1 + number % 5 / 2)
        if desk.answers("/readyz") != 503:
            raise Wrong("it says that it is ready, and has no database")
        server.start()
        began, before = time.monotonic(), load.count(201)
        until("the desk to take tickets again, without a restart", lambda: load.count(201) > before)
        longest = max(longest, time.monotonic() - began)
    load.stop()
    verdict = account.settle(desk, load, sink, seconds=120)
    return Report(f"{rounds} times PostgreSQL ended at once", verdict,
                  f"{load.count(503)} answers of 503, {verdict.kept} kept though nobody was told, work went on "
                  f"{longest:.1f} s after the start at the latest, messages {verdict.messages}")
