"""An SMPP gateway on a stack that is not ours (tests/peers/smsc.js): it throttles, its queue is full, it keeps a message and cuts the
connection, it keeps one and is silent, it is killed and started again."""

import json
import os
import pathlib
import re
import subprocess
import threading
import time

import account
from desk import NotRun, Wrong, need, until, with_parent
from kannel import told
from load import Load
from main import Report

PEERS = pathlib.Path(__file__).resolve().parents[1] / "peers"
THROTTLED, QUEUE_FULL = 0x58, 0x14


class Smsc:
    """The gateway, and what it said it got."""

    def __init__(self):
        need("node")
        if not (PEERS / "node_modules" / "smpp").is_dir():
            raise NotRun("the packages of tests/peers are not there: bin/setup")
        self.texts, self.lock, self.binds, self.port = [], threading.Lock(), 0, 0
        self.process = None

    def start(self):
        # It listens where it likes, and nobody knows of that before.
        script = (PEERS / "smsc.js").read_text(encoding="utf-8").replace("server.listen(0,", f"server.listen({self.port},")
        self.process = subprocess.Popen(
            ["node", "-e", script], cwd=PEERS, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            preexec_fn=with_parent)
        ready = threading.Event()
        threading.Thread(target=self.listen, args=(self.process.stdout, ready), daemon=True).start()
        if not ready.wait(30):
            raise Wrong("the SMPP gateway does not start")
        return self

    def listen(self, lines, ready):
        for line in lines:
            said = json.loads(line)
            with self.lock:
                if said["event"] == "listening":
                    self.port = said["port"]
                    ready.set()
                elif said["event"] == "submit":
                    self.texts.append(said["text"])
                elif said["event"] == "bind":
                    self.binds += 1

    def plan(self, **plan):
        self.process.stdin.write(json.dumps({"plan": plan}) + "\n")
        self.process.stdin.flush()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def end(self):
        if self.process and self.process.poll() is None:
            self.kill()

    def got(self):
        found = {}
        with self.lock:
            for text in self.texts:
                reference = re.search(r"BILL-\d{8}-\w+", text).group()
                one = (reference, "created" if "logged" in text else "fixed")
                found[one] = found.get(one, 0) + 1
        return found


def run(bench):
    smsc = bench.keep(Smsc()).start()
    desk = bench.desk(SMS_GATEWAY="smpp", SMS_SMPP_HOST="127.0.0.1", SMS_SMPP_PORT=smsc.port, SMS_SMPP_SYSTEM_ID="redress",
                      SMS_SMPP_PASSWORD="secret08", SMS_SMPP_PER_SECOND=0).start()
    load = Load([desk.base], desk.token, bench.work / "log", clients=3, pause=0.3).start()
    plans = {
        "throttled": {"statuses": [THROTTLED] * 3}, "full": {"statuses": [QUEUE_FULL] * 5}, "cut": {"cutAfter": 2},
        "silent": {"silent": 2}, "killed": None,
    }
    rounds = 3 if bench.long else 1
    for fault in [*plans] * rounds:
        before = len(smsc.texts)
        until("messages to go", lambda: len(smsc.texts) > before + 3, 120, 0.1)
        if plans[fault] is None:
            smsc.kill()
            time.sleep(2)
            binds = smsc.binds
            smsc.start()
            until("the desk to bind again", lambda: smsc.binds > binds, 60, 0.1)
        else:
            smsc.plan(**plans[fault])
            time.sleep(14 if fault == "silent" else 3)
    load.stop()
    if set(load.answers) - {200, 201}:
        raise Wrong(f"the API was not left alone by the gateway: {load.answers}")
    load.settle()
    account.drain(desk, load, 300, 0)
    verdict = account.examine(desk, load)
    told(desk, smsc.got(), verdict)
    return Report(f"{len(plans) * rounds} faults of a gateway by SMPP ({', '.join(plans)})", verdict.check(),
                  f"messages {verdict.messages}, bound {smsc.binds} times")
