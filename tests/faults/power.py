"""A power cut, made from the journal of tests/faults/shim.c: what was flushed is on the disk; of what was written since, each
sector of 512 bytes is there or is not, at random, and a file has the length of before or of after. """

import random
import struct
import time

import account
from desk import Wrong
from load import Load
from main import Report

RECORD = struct.Struct("<c47sqq")
SECTOR = 512
# SQLite makes it anew after a crash, from the log.
SHARED = "redress.db-shm"


def journal(path):
    """What was done to the files, in order: kind, name, offset, data."""
    raw, at, found = path.read_bytes(), 0, []
    while at + RECORD.size <= len(raw):
        kind, name, offset, length = RECORD.unpack_from(raw, at)
        at += RECORD.size
        if at + length > len(raw):
            break
        found.append((kind.decode(), name.rstrip(b"\0").decode(), offset, raw[at:at + length]))
        at += length
    return [one for one in found if one[1] != SHARED]


def apply(files, one):
    kind, name, offset, data = one
    if kind == "U":
        files.pop(name, None)
        return
    content = files.setdefault(name, bytearray())
    if kind == "T":
        del content[offset:]
        content.extend(bytes(offset - len(content)))
    elif kind == "W":
        content.extend(bytes(max(0, offset + len(data) - len(content))))
        content[offset:offset + len(data)] = data


def sectors(one, chance):
    """What of one write reached the disk: each of its sectors or not."""
    kind, name, offset, data = one
    if kind != "W":
        return [one] if chance.randrange(2) else []
    cuts = [0, *range(SECTOR - offset % SECTOR, len(data), SECTOR), len(data)]
    parts = [(kind, name, offset + start, data[start:end]) for start, end in zip(cuts, cuts[1:]) if end > start]
    return [part for part in parts if chance.randrange(2)]


def after_cut(base, steps, chance):
    """The files as an honest disk has them after the cut."""
    files = dict(base)
    flushed = {}
    for place, (kind, name, _, _) in enumerate(steps):
        if kind == "S":
            flushed[name] = place
    unsure = 0
    for place, one in enumerate(steps):
        # A file's being there or not is the file system's business, which keeps the order.
        if one[0] == "U" or place < flushed.get(one[1], -1):
            apply(files, one)
        elif one[0] != "S":
            unsure += 1
            for part in sectors(one, chance):
                apply(files, part)
    return files, unsure


def read(directory):
    names = [path for path in directory.iterdir() if path.is_file() and path.name != SHARED]
    return {path.name: bytearray(path.read_bytes()) for path in names}


def restore(directory, files):
    for path in directory.iterdir():
        if path.is_file():
            path.unlink()
    for name, content in files.items():
        (directory / name).write_bytes(content)
        (directory / name).chmod(0o600)


def cut(desk, base, chance, disk=after_cut):
    """Kills the desk and leaves its directory as the disk would have it. How many writes were not flushed."""
    desk.kill()
    files, unsure = disk(base, journal(desk.journal), chance)
    restore(desk.data, files)
    desk.journal.unlink()
    return unsure


def run(bench):
    desk = bench.desk()
    desk.journal = bench.work / "journal"
    chance, cuts, unsure, bare = random.Random(7), 200 if bench.long else 6, 0, 0
    load = Load([desk.base], desk.token, bench.work / "log").start()
    # So that most cuts fall between a write and its flush.
    desk.control.slow(0.02)
    for _ in range(cuts):
        base = read(desk.data)
        desk.start()
        time.sleep(0.05 + chance.random() * 0.6)
        left = cut(desk, base, chance)
        unsure += left
        bare += not left
    desk.journal = None
    desk.control.slow(0)
    desk.start()
    load.stop()
    if not unsure:
        raise Wrong("no cut fell between a write and its flush: the model has shown nothing")
    verdict = account.settle(desk, load)
    return Report(f"{cuts} power cuts, {cuts - bare} of them between a write and its flush", verdict,
                  f"{unsure} writes were not flushed, {verdict.kept} kept though nobody was told")
