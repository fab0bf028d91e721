"""A disk that says that it has flushed and has not, and a power cut: nothing can keep what was acknowledged then. But the loss is
bounded by the lie, what is left is whole, and the desk goes on from there. The disk keeps the order of writes, and loses all
since a random moment."""

import itertools
import random
import time

import account
from desk import Wrong, until
from load import ABANDONED, ACKNOWLEDGED, Caller, Load
from main import Report
from power import apply, cut, read


def run(bench):
    cuts, chance = 100 if bench.long else 3, random.Random(11)
    whole, lost, total = account.Verdict(), 0, 0
    for number in range(cuts):
        desk = bench.desk(f"desk{number}")
        desk.journal = desk.place / "journal"
        base = read(desk.data)
        desk.start()
        load = Load([desk.base], desk.token, desk.place / "log", seed=number).start()
        time.sleep(0.1)
        lied_from = time.monotonic()
        steps_then = desk.journal.stat().st_size
        then = load.acknowledged()
        until("work under the lie", lambda: load.acknowledged() > then + 5)
        time.sleep(chance.random() * 0.4)

        def lie(base, steps, chance):
            sizes = [64 + len(one[3]) for one in steps]
            honest = sum(total <= steps_then for total in itertools.accumulate(sizes))
            # What was flushed before the lie is there, and of the rest what came before some moment in its first half.
            last = honest + chance.randrange(1 + (len(steps) - honest) // 2)
            files = dict(base)
            for one in steps[:last]:
                apply(files, one)
            return files, len(steps)

        load.stopped.set()
        cut(desk, base, chance, lie)
        load.stop()
        desk.journal = None
        desk.start()
        lost += forgive(desk, load, lied_from)
        total += load.acknowledged()
        verdict = account.settle(desk, load)
        whole.kept += verdict.kept
    if not lost:
        raise Wrong("the lie lost nothing: the model has shown nothing")
    whole.acknowledged = total
    return Report(f"{cuts} power cuts of a disk that lies", whole,
                  f"{lost} tickets, notes and changes lost to the lie, all of them acknowledged after it began")


def forgive(desk, load, lied_from):
    """Takes what was acknowledged since the lie began and is gone for what was given up, so that the account then holds the rest
    against the desk. How many there were."""
    caller, lost = Caller([desk.base], desk.token), 0
    for case in load.cases:
        status, _, ticket = caller.ask("GET", f"/api/tickets/{case.id}") if case.id else (404, None, None)
        there = {
            "created": status == 200,
            "noted": status == 200 and bool(ticket["notes"]),
            "fixed": status == 200 and ticket["status"] == "Fixed",
        }
        for name, found in there.items():
            if getattr(case, name) == ACKNOWLEDGED and not found:
                if case.times[name] < lied_from:
                    raise Wrong(f"{name} of {case.reference} was flushed before the lie, and is lost")
                setattr(case, name, ABANDONED)
                lost += 1
        if not there["created"]:
            # Its later steps went with it, and its key may log it anew under another name.
            case.noted = case.fixed = ""
    return lost
