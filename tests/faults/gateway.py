"""A gateway by HTTP that is slow, refuses, throttles, cuts off after it took a message, is silent, or is gone: the API goes on as if
nothing were, every message goes in the end, one that may have gone twice is known to the desk, and of each ticket the first message
goes first. One that takes so many a second gets about so many."""

import re
import time

import account
from desk import Wrong, until
from load import Load
from main import Report
from sink import SLOW, Sink

# How long a mode lasts, where that is not a second. The silent one lets the desk's 10 s for an answer pass.
LASTS = {"slow": SLOW + 1, "silent": 12}
# Of a hundred requests 99 take less. Whoever waits for a gateway that is slow or silent waits for twice as long at least.
UNAFFECTED = SLOW / 2
PER_SECOND = 5


def run(bench):
    sink = bench.keep(Sink())
    desk = bench.desk(**sink.settings()).start()
    load = Load([desk.base], desk.token, bench.work / "log", clients=4, pause=0.15 if bench.long else 0.03).start()
    modes = ["slow", 503, 429, "cut", "gone"] + (["silent"] if bench.long else [])
    times, spans = 2 if bench.long else 1, {mode: [] for mode in modes}
    for mode in modes * times:
        before = len(sink.order)
        sink.mode, sink.per_second = 200, 0
        until("messages to go", lambda: len(sink.order) > before + 3, 60)
        asked, since = sink.asked, time.monotonic()
        # Gone is what nobody listens at: the gateway closes each connection without a word.
        sink.mode = {"gone": 0}.get(mode, mode)
        until("the gateway to be asked", lambda: sink.asked > asked, 40)
        time.sleep(LASTS.get(mode, 1))
        spans[mode].append((since, time.monotonic()))
        if mode == 429:
            sink.mode, sink.per_second = 200, PER_SECOND
            time.sleep(2)
    kept_to = converge(sink) if bench.long else ""
    sink.mode, sink.per_second = 200, 0
    load.stop()
    if set(load.answers) - {200, 201}:
        raise Wrong(f"the API was not left alone by the gateway: {load.answers}")
    slowest = {mode: slow(load, mode, spans[mode]) for mode in modes}
    verdict = account.settle(desk, load, sink, seconds=300 if bench.long else 150)
    in_order((text for _, text in sink.order), unsure(desk))
    desk.says(r"the gateway is failing", r"INFO .*the gateway answers again|messages that waited for the gateway go on")
    worst = max(slowest, key=slowest.get)
    return Report(f"{len(modes) * times} times a gateway that failed ({', '.join(map(str, modes))})", verdict,
                  f"messages {verdict.messages}, of a hundred answers to clients 99 within {slowest[worst] * 1000:.0f} ms "
                  f"where it was slowest ({worst}){kept_to}")


def slow(load, mode, spans):
    """What 99 of a hundred requests stayed below that were under way while the gateway failed so: of few, all but two."""
    took = sorted(took for began, took, *_ in load.times if any(began < end and began + took > since for since, end in spans))
    if len(took) < 10:
        raise Wrong(f"only {len(took)} requests were under way while the gateway failed ({mode})")
    most = took[-1 - max(2, len(took) // 100)]
    if most > UNAFFECTED:
        raise Wrong(f"the API was not left alone by the gateway ({mode}): one of a hundred requests took more than {most:.1f} s")
    return most


def converge(sink):
    """A gateway that takes so many a second soon gets between half of that and all, as the pace is halved and climbs again, and little
    more."""
    sink.mode, sink.per_second = 200, PER_SECOND

    def passed(seconds):
        went, asked = len(sink.order), sink.asked
        time.sleep(seconds)
        return len(sink.order) - went, sink.asked - asked

    until("half of what the gateway takes", lambda: passed(10)[0] >= 10 * PER_SECOND / 2, 40)
    went, asked = passed(30)
    if went < 30 * PER_SECOND / 2 or asked - went > went / 4:
        raise Wrong(f"of a gateway that takes {PER_SECOND} messages a second {asked} were asked in 30 s, and {went} were taken")
    return f"; throttled to {PER_SECOND} a second it took {went / 30:.1f} and refused {(asked - went) / 30:.1f}"


def unsure(desk):
    """The tickets whose first message was given up as unknown, after the second time that nobody knows whether it went."""
    first = account.rows(desk, "SELECT t.ticket_ref, n.state FROM notifications n JOIN tickets t ON t.id = n.ticket_id WHERE n.kind = 0")
    return {reference for reference, state in first if account.STATES[int(state)] == "unknown"}


def in_order(texts, unsure=()):
    """Nobody reads that a ticket is fixed before reading that there is one, unless nobody knows whether that went."""
    told = set()
    for text in texts:
        reference = re.search(r"BILL-\d{8}-\w+", text).group()
        if "logged" in text:
            told.add(reference)
        elif reference not in told and reference not in unsure:
            raise Wrong(f"{reference} was told to be fixed before it was told to be there")
