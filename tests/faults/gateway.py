"""A gateway by HTTP that refuses, throttles, cuts off after it took a message, is silent, or is gone: the API goes on, every message
goes in the end, one that may have gone twice is known to the desk, and of each ticket the first message goes first."""

import re
import time

import account
from desk import Wrong, until
from load import Load
from main import Report
from sink import Sink


def run(bench):
    sink = bench.keep(Sink())
    desk = bench.desk(**sink.settings()).start()
    load = Load([desk.base], desk.token, bench.work / "log", clients=4, pause=0.03).start()
    modes = [503, 429, "cut", "gone"] + (["silent"] if bench.long else [])
    slowest = 0.0
    for mode in modes * (5 if bench.long else 1):
        before = len(sink.order)
        sink.mode, sink.per_second = 200, 0
        until("messages to go", lambda: len(sink.order) > before + 3, 60)
        asked, since = sink.asked, time.monotonic()
        # Gone is what nobody listens at: the gateway closes each connection without a word.
        sink.mode = {"gone": 0}.get(mode, mode)
        until("the gateway to be asked", lambda: sink.asked > asked, 40)
        time.sleep(12 if mode == "silent" else 1)
        slowest = max(slowest, *(took for began, took, *_ in list(load.times) if began > since), 0)
        if mode == 429:
            sink.mode, sink.per_second = 200, 5
            time.sleep(2)
    sink.mode, sink.per_second = 200, 0
    load.stop()
    if set(load.answers) - {200, 201}:
        raise Wrong(f"the API was not left alone by the gateway: {load.answers}")
    verdict = account.settle(desk, load, sink, seconds=300 if bench.long else 150)
    in_order(sink)
    desk.says(r"the gateway is failing", r"INFO .*the gateway answers again|messages that waited for the gateway go on")
    return Report(f"{len(modes)} kinds of failing, {5 if bench.long else 1} times each", verdict,
                  f"messages {verdict.messages}, the slowest answer to a client {slowest * 1000:.0f} ms")


def in_order(sink):
    """Nobody reads that a ticket is fixed before reading that there is one."""
    told = set()
    for _, text in sink.order:
        reference = re.search(r"BILL-\d{8}-\w+", text).group()
        if "logged" in text:
            told.add(reference)
        elif reference not in told:
            raise Wrong(f"{reference} was told to be fixed before it was told to be there")
