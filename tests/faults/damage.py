"""The file of the database is damaged while the desk stands still: in its head, in its middle, cut short, emptied, replaced. It is
refused with words or the damage shows where it is read, no answer is ever wrong, and a backup made before has everything."""

import random
import shutil
from collections import Counter

import account
from desk import Wrong, until
from load import Caller, Load
from main import Report

REFUSED = r"redress: .*(damaged|not a database|restore a backup)"


def run(bench):
    desk = bench.desk().start()
    load = Load([desk.base], desk.token, bench.work / "log", clients=3).start()
    until("some work", lambda: load.acknowledged() > (600 if bench.long else 150), 120)
    load.stop().settle()
    backup = bench.work / "desk.backup"
    desk.run("backup", backup)
    verdict = account.settle(desk, load)
    sound = bench.work / "sound"
    shutil.copytree(desk.data, sound)
    file, chance = desk.data / "redress.db", random.Random(13)
    size = file.stat().st_size
    found = Counter()
    for damage in [head, text, emptied, lambda file, size: cut(file, size // 2), lambda file, size: cut(file, 100)]:
        damage(file, size)
        desk.said_when_refused(REFUSED)
        found["refused"] += 1
        back(desk, sound)
    for _ in range(60 if bench.long else 6):
        pages = 1 + chance.randrange(6)
        for _ in range(pages):
            zero_or_flip(file, size, chance)
        found[look(desk, load)] += 1
        back(desk, sound)
    restored = restore(bench, desk, backup, load)
    return Report(f"{found.total()} damaged files", verdict,
                  f"{found['refused']} refused at the start, {found['shown']} shown by a 500 where they were read, {found['missing']} by "
                  f"something missing alone, {found['harmless']} where nothing was read; the backup gave back {restored}")


def head(file, size):
    with open(file, "r+b") as raw:
        raw.write(bytes(100))


def text(file, size):
    file.write_text("This is no database.\n" * 1000)


def emptied(file, size):
    cut(file, 0)


def cut(file, size):
    with open(file, "r+b") as raw:
        raw.truncate(size)


def zero_or_flip(file, size, chance):
    with open(file, "r+b") as raw:
        raw.seek(4096 * chance.randrange(1, size // 4096) + 512 * chance.randrange(8))
        raw.write(bytes(512) if chance.randrange(2) else chance.randbytes(512))


def back(desk, sound):
    desk.end()
    shutil.rmtree(desk.data)
    shutil.copytree(sound, desk.data)


def look(desk, load):
    """Starts a desk on a damaged file and reads all of it. Answers may fail; none may be wrong."""
    log = len(desk.words())
    desk.start(wait=False)
    try:
        desk.await_ready()
    except Wrong:
        if desk.process and desk.process.poll() is None:
            raise
        last = desk.words()[log:].strip().splitlines()
        if desk.process.returncode < 0 or not last or not last[-1].startswith("redress: "):
            raise Wrong(f"it ended with {desk.process.returncode} and said {last[-2:]}") from None
        return "refused"
    caller, failed, missing = Caller([desk.base], desk.token), 0, 0
    for case in load.cases:
        status, _, ticket = caller.ask("GET", f"/api/tickets/{case.id}")
        if status == 404:
            missing += 1
        elif status == 200:
            wrong = [name for name, value in case.body.items() if ticket[name] != value]
            if wrong:
                raise Wrong(f"{case.reference} was answered with another {wrong} than was sent")
            missing += len(ticket["statusHistory"]) + len(ticket["notes"]) != ticket["version"]
        elif status in (500, 503):
            failed += 1
        else:
            raise Wrong(f"{case.reference} was answered {status}")
    status, _, _ = caller.ask("GET", "/api/tickets?pageSize=100")
    failed += status != 200
    caller.close()
    desk.end()
    told = desk.words()[log:]
    if "panicked" in told:
        raise Wrong("something panicked: " + told[told.index("panicked") - 200:][:400])
    if missing and account.rows(desk, "PRAGMA integrity_check(1)") == [("ok",)]:
        raise Wrong("something is missing without a word, and the file counts as whole")
    return "shown" if failed else "missing" if missing else "harmless"


def restore(bench, desk, backup, load):
    """The backup, into a directory with nothing but the key."""
    new = bench.desk("restored", DATABASE_URL="")
    for path in new.data.iterdir():
        if path.name != "redress.key":
            path.unlink()
    del new.settings["DATABASE_URL"]
    shutil.copy(desk.data / "redress.key", new.data / "redress.key")
    new.run("restore", backup)
    new.start()
    again = Load([new.base], new.token, "/dev/null", clients=0)
    again.cases = load.cases
    verdict = account.examine(new, again)
    return f"{verdict.acknowledged} of {load.acknowledged()}"
