"""The real Kannel of Debian, with the fake SMSC of its own tests: its smsbox killed and started again, stopped so that it is silent,
its SMSC stopped, and all of it gone. Every message reaches the SMSC; one that may have gone twice is known to the desk."""

import os
import pathlib
import re
import signal
import socket
import subprocess
import time

import account
from desk import Wrong, free_port, need, until, with_parent
from load import Load
from main import Report

BEARERBOX, SMSBOX, FAKE_SMSC = "/usr/sbin/bearerbox", "/usr/sbin/smsbox", "/usr/lib/kannel/test/fakesmsc"


class Kannel:
    """Its boxes, each of which can be started, ended and stopped by itself."""

    def __init__(self, place):
        need(BEARERBOX, SMSBOX, FAKE_SMSC)
        self.place, self.boxes = place, {}
        (place / "spool").mkdir(parents=True)
        self.sendsms, self.smsc, admin, smsbox = (free_port() for _ in range(4))
        self.ports = {"bearerbox": smsbox, "smsbox": self.sendsms}
        self.config = place / "kannel.conf"
        self.config.write_text(CONFIGURATION.format(
            admin=admin, smsbox=smsbox, sendsms=self.sendsms, smsc=self.smsc, spool=place / "spool"))

    def start(self, name):
        command = {
            "bearerbox": [BEARERBOX, self.config], "smsbox": [SMSBOX, self.config],
            "fakesmsc": [FAKE_SMSC, "-H", "127.0.0.1", "-r", str(self.smsc), "-m", "0", "-i", "3600", "1 2 text idle"],
        }[name]
        with open(self.place / f"{name}.log", "ab") as log:
            self.boxes[name] = subprocess.Popen(
                list(map(str, command)), stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.place,
                preexec_fn=with_parent)
        if name in self.ports:
            until(name, lambda: listens(self.ports[name]))
        return self

    def signal(self, name, number):
        self.boxes[name].send_signal(number)
        if number == signal.SIGKILL:
            self.boxes.pop(name).wait()

    def end(self):
        for box in self.boxes.values():
            box.send_signal(signal.SIGCONT)
            box.kill()
            box.wait()

    def got(self):
        """How often the SMSC got which text, by the ticket's reference and kind."""
        found = {}
        log = (self.place / "fakesmsc.log").read_text(errors="replace")
        for reference, kind in re.findall(r"(BILL-\d{8}-\w+)[ +]+(logged|is[ +]resolved)", log):
            one = (reference, "created" if kind == "logged" else "fixed")
            found[one] = found.get(one, 0) + 1
        return found

    def settings(self):
        return {
            "SMS_GATEWAY": "kannel", "SMS_KANNEL_URL": f"http://127.0.0.1:{self.sendsms}/cgi-bin/sendsms",
            "SMS_KANNEL_USERNAME": "redress", "SMS_KANNEL_PASSWORD": "sendpw", "SMS_KANNEL_SMSC": "fake1",
        }


def listens(port):
    with socket.socket() as one:
        return not one.connect_ex(("127.0.0.1", port))


CONFIGURATION = """
group = core
admin-port = {admin}
admin-interface = 127.0.0.1
admin-password = adminpw
smsbox-port = {smsbox}
smsbox-interface = 127.0.0.1
dlr-storage = internal
store-type = spool
store-location = "{spool}"

group = smsc
smsc = fake
smsc-id = fake1
allowed-smsc-id = "fake1"
port = {smsc}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
bearerbox-port = {smsbox}
sendsms-port = {sendsms}
sendsms-interface = 127.0.0.1
http-request-retry = 3
http-queue-delay = 1

group = sendsms-user
username = redress
password = sendpw
default-sender = REDRESS
concatenation = true
max-messages = 4

group = sms-service
keyword = default
catch-all = true
omit-empty = true
text = ""
"""


def run(bench):
    kannel = bench.keep(Kannel(bench.work / "kannel"))
    for box in ("bearerbox", "smsbox", "fakesmsc"):
        kannel.start(box)
    desk = bench.desk(**kannel.settings()).start()
    load = Load([desk.base], desk.token, bench.work / "log", clients=3, pause=0.15).start()
    done = []
    for fault in ["killed", "silent", "with a silent SMSC", "gone"] * (3 if bench.long else 1):
        before = sum(kannel.got().values())
        until("messages to go", lambda: sum(kannel.got().values()) > before + 3, 90, 0.1)
        if fault == "killed":
            kannel.signal("smsbox", signal.SIGKILL)
            time.sleep(3)
            kannel.start("smsbox")
        elif fault == "silent":
            kannel.signal("smsbox", signal.SIGSTOP)
            time.sleep(14)
            kannel.signal("smsbox", signal.SIGCONT)
        elif fault == "with a silent SMSC":
            # Stopped and not killed: bearerbox takes for delivered what it has written to this one's socket.
            kannel.signal("fakesmsc", signal.SIGSTOP)
            time.sleep(5)
            kannel.signal("fakesmsc", signal.SIGCONT)
        else:
            # Both end as they should: smsbox first, so that bearerbox has what it took in its spool.
            for box in ("smsbox", "bearerbox"):
                kannel.signal(box, signal.SIGTERM)
                kannel.boxes.pop(box).wait(30)
            time.sleep(3)
            kannel.start("bearerbox").start("smsbox")
            if kannel.boxes["fakesmsc"].poll() is not None:
                kannel.start("fakesmsc")
        done.append(fault)
    load.stop()
    if set(load.answers) - {200, 201}:
        raise Wrong(f"the API was not left alone by Kannel: {load.answers}")
    load.settle()
    account.drain(desk, load, 300, 0)
    until("Kannel to have sent all", lambda: quiet(kannel), 60, 0.5)
    verdict = account.examine(desk, load)
    told(desk, kannel.got(), verdict)
    return Report(f"Kannel {len(done)} times away ({', '.join(dict.fromkeys(done))})", verdict.check(),
                  f"messages {verdict.messages}")


def quiet(kannel):
    """Whether no more comes for a second."""
    before = sum(kannel.got().values())
    time.sleep(1)
    return sum(kannel.got().values()) == before


def told(desk, got, verdict):
    """Each message of the desk against what the SMSC got of it."""
    kinds = {0: "created", 1: "fixed"}
    for reference, kind, state, doubts in account.rows(
            desk, "SELECT t.ticket_ref, n.kind, n.state, n.doubts FROM notifications n JOIN tickets t ON t.id = n.ticket_id"):
        state, times = account.STATES[int(state)], got.get((reference, kinds[int(kind)]), 0)
        verdict.messages[state] = verdict.messages.get(state, 0) + 1
        if state in ("sent", "delivered") and not times:
            verdict.lose(f"{kinds[int(kind)]} of {reference} counts as {state} and never reached the SMSC")
        elif state not in ("sent", "delivered", "unknown"):
            verdict.other(f"{kinds[int(kind)]} of {reference} is {state} in the end")
        verdict.heard(f"{kinds[int(kind)]} of {reference}", times, int(doubts))
