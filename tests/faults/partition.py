"""A network that swallows what is sent, or refuses it: between the desk and a gateway by SMPP, and between it and PostgreSQL. A packet
filter does it, on the loopback of a network of this process alone (`unshare --net`).

Gateway: the API goes on as if nothing were, enquire_link finds out, the desk binds again, and each ticket's messages go in order.
PostgreSQL: requests are answered 503 in time, and work goes on by itself."""

import subprocess
import time

import account
from desk import Desk, NotRun, Wrong, need, until
from gateway import in_order, slow, unsure
from kannel import quiet, told
from load import Load
from main import Report
from postgres import Server
from sink import Sink
from smpp import Smsc

IP, FILTER = "/usr/sbin/ip", "/usr/sbin/iptables"
# What the desk says of a bind that it has lost, or has not found again.
LOST, VAIN = "SMPP is not bound", "SMPP is not bound host=127.0.0.1 error=cannot connect"
# The desk asks after 30 s whether the gateway is there, and waits for 10.
FOUND_OUT = 45
# Its submit_sm have 10 s for an answer.
UNANSWERED = 14
# What is sent to PostgreSQL has 10 s to be confirmed, and a new connection 2, which may have to wait for that of another. What was
# confirmed and has its answer swallowed is given up after 15, and one more to say so.
ANSWERED, CONFIRMED = 15.0, 18.0
# Until work goes on: PostgreSQL ends after 20 s what a lost connection has open, and holds locks for.
RESUMED = 20
# Seconds that PostgreSQL is cut off for: less than what ends a connection, more than that, and more than what ends its transaction.
SHORTER, LONGER, LONGEST = 5, 14, 25


class Wire:
    """What goes between the ports here. Neither end hears of a cut, unless it is told that nobody is there."""

    def __init__(self):
        need(IP, FILTER)
        self.filter(IP, "link", "set", "lo", "up")
        self.heal()

    @staticmethod
    def filter(*words):
        done = subprocess.run(list(map(str, words)), text=True, capture_output=True, check=False)
        if done.returncode:
            raise NotRun(f"{' '.join(map(str, words))}: {done.stderr.strip()}")

    def cut(self, port, refused=False):
        to, back = ([FILTER, "-A", "INPUT", "-p", "tcp", end, port, "-j"] for end in ("--dport", "--sport"))
        if refused:
            self.filter(*to, "REJECT", "--reject-with", "tcp-reset")
        else:
            self.filter(*to, "DROP")
            self.filter(*back, "DROP")

    def heal(self):
        self.filter(FILTER, "-F", "INPUT")


def run(bench):
    wire = Wire()
    # Before anything takes time: what is not there shows now.
    smsc, server = bench.keep(Smsc()).start(), bench.keep(Server())
    verdict, by_smpp = from_gateway(bench, wire, smsc)
    more, by_database = from_database(bench, wire, server)
    verdict.acknowledged += more.acknowledged
    verdict.duplicates += more.duplicates
    return Report("a gateway by SMPP and PostgreSQL cut off", verdict, f"gateway: {by_smpp}; PostgreSQL: {by_database}")


def from_gateway(bench, wire, smsc):
    desk = bench.desk(SMS_GATEWAY="smpp", SMS_SMPP_HOST="127.0.0.1", SMS_SMPP_PORT=smsc.port, SMS_SMPP_SYSTEM_ID="redress",
                      SMS_SMPP_PASSWORD="secret08", SMS_SMPP_PER_SECOND=0).start()
    load = Load([desk.base], desk.token, bench.work / "log-gateway", clients=3, pause=0.3).start()
    modes, times = ["unanswered", "lost", "refused"], 2 if bench.long else 1
    spans, found, bound = {mode: [] for mode in modes}, [], []
    for mode in modes * times:
        before = len(smsc.texts)
        until("messages to go", lambda: len(smsc.texts) > before + 3, 120, 0.1)
        lost, vain = (desk.words().count(words) for words in (LOST, VAIN))
        began = time.monotonic()
        wire.cut(smsc.port, mode == "refused")
        until("what was on its way to have come", lambda: quiet(smsc))
        went, binds = len(smsc.texts), smsc.binds
        if mode == "unanswered":
            time.sleep(UNANSWERED)
        else:
            until("the desk to find that the gateway is gone", lambda: desk.words().count(LOST) > lost, FOUND_OUT, 0.1)
            found.append(time.monotonic() - began)
            until("the desk to bind in vain", lambda: desk.words().count(VAIN) > vain, pause=0.1)
        if len(smsc.texts) > went or smsc.binds > binds:
            raise Wrong(f"the gateway was not cut off ({mode}): {len(smsc.texts) - went} messages, {smsc.binds - binds} binds")
        wire.heal()
        spans[mode].append((began, time.monotonic()))
        if mode != "unanswered":
            until("the desk to bind again", lambda: smsc.binds > binds, 60, 0.1)
            bound.append(time.monotonic() - spans[mode][-1][1])
    load.stop()
    if set(load.answers) - {200, 201}:
        raise Wrong(f"the API was not left alone by the gateway: {load.answers}")
    slowest = max(slow(load, mode, spans[mode]) for mode in modes)
    load.settle()
    account.drain(desk, load, 300, 0)
    verdict = account.examine(desk, load)
    told(desk, smsc.got(), verdict)
    # Nothing of such a one may have come, or late, by the connection that was lost.
    in_order(smsc.texts, unsure(desk))
    desk.says(r"the gateway is failing", r"the gateway answers again", r"SMPP is not bound.*enquire_link had no answer")
    return verdict.check(), (
        f"{len(modes) * times} times, found out after {max(found):.0f} s at most and bound again {max(bound):.1f} s after the end at "
        f"most, of a hundred answers to clients 99 within {slowest * 1000:.0f} ms, {verdict.duplicates} sent "
        f"twice, messages {verdict.messages}")


def from_database(bench, wire, server):
    sink = bench.keep(Sink())
    desk = Desk(bench.work / "on-postgres", DATABASE_URL=server.url, **sink.settings())
    bench.desks.append(desk)
    desk.people().start()
    # A request that is refused before its body has come is the last of its connection.
    load = Load([desk.base], desk.token, bench.work / "log-database", pause=0.02, again=True).start()
    cuts = [(SHORTER, False), (LONGER, False), (LONGEST, False), (3, True)] * (3 if bench.long else 1)
    resumed, spans = [], []
    for seconds, refused in cuts:
        before = load.count(201)
        until("some work", lambda: load.count(201) > before + 30)
        wire.cut(server.port, refused)
        began = time.monotonic()
        for path, status in (("/readyz", 503), ("/healthz", 200)):
            if desk.answers(path) != status:
                raise Wrong(f"{path} was not answered {status} without a way to the database")
        time.sleep(max(0.0, began + seconds - time.monotonic()))
        if load.fresh(began):
            raise Wrong("work was acknowledged without a way to the database")
        wire.heal()
        healed, before = time.monotonic(), load.count(201)
        spans.append((began, healed))
        until("the desk to take tickets again, without a restart", lambda: load.count(201) > before, RESUMED)
        resumed.append(time.monotonic() - healed)
        desk.await_ready(RESUMED)
    load.stop()
    longest = max(took for _, took, _, _ in load.times)
    after = max(took for began, took, _, _ in load.times if any(cut < began < healed for cut, healed in spans))
    if set(load.answers) - {200, 201, 503} or after > ANSWERED or longest > CONFIRMED:
        raise Wrong(f"without a way to the database the answers were {load.answers}, the last of them after {longest:.1f} s, and "
                    f"{after:.1f} s where it was asked for in vain")
    verdict = account.settle(desk, load, sink, seconds=120)
    in_order(text for _, text in sink.order)
    return verdict, (
        f"{len(cuts)} times, {load.count(503)} answers of 503, the slowest after {after:.1f} s, or {longest:.1f} s of what was under way "
        f"before, work went on {max(resumed):.1f} s after the end at the latest, {verdict.kept} kept though nobody was told, "
        f"messages {verdict.messages}")
