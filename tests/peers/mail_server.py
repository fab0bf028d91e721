#!/usr/bin/python3
"""A mail server for the tests: Debian's aiosmtpd, told by its arguments how to be and by addresses what to do.

    mail_server.py PORT DIR [auth] [starttls CERT KEY | tls CERT KEY]

Each mail is written to DIR as JSON, as Python's own parser reads it. The domain of a recipient decides:
temp.test 451, grey.test 450 4.7.1, rate.test 421 4.7.0, nouser.test 550, full.test 552 after the content, later.test 451
after the content, hang.test says nothing to RCPT, silent.test nothing to the content, cut.test keeps the mail and cuts the
connection before the answer, shut.test cuts it at RCPT. A sender nobody@… is refused. With auth, redress / smtp-pw may send."""
import asyncio
import json
import os
import ssl
import sys
from email import message_from_bytes, policy

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

port, directory, options = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
kept = 0


def keep(envelope):
    global kept
    mail = message_from_bytes(envelope.content, policy=policy.default)
    part = lambda kind: mail.get_body((kind,)).get_content().replace("\r\n", "\n")
    told = {
        "from": envelope.mail_from,
        "to": envelope.rcpt_tos,
        "headers": [[name, str(value)] for name, value in mail.items()],
        "type": mail.get_content_type(),
        "defects": [str(defect) for one in mail.walk() for defect in one.defects],
        "ascii": envelope.content.isascii(),
        "plain": part("plain"),
        "html": part("html"),
    }
    kept += 1
    path = os.path.join(directory, f"{kept:03}.json")
    with open(path + ".part", "w", encoding="utf-8") as file:
        json.dump(told, file)
    os.rename(path + ".part", path)


def domain(address):
    return address.rsplit("@", 1)[-1].strip(">").lower()


class Handler:
    async def handle_MAIL(self, server, session, envelope, address, mail_options):
        if address.startswith("nobody@"):
            return "553 5.7.1 <nobody> may not send"
        envelope.mail_from = address
        envelope.mail_options.extend(mail_options)
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        answers = {
            "temp.test": "451 4.3.0 try later",
            "grey.test": "450 4.7.1 greylisted",
            "rate.test": "421 4.7.0 too many",
            "nouser.test": f"550 5.1.1 <{address}>: no such user",
        }
        if domain(address) in answers:
            return answers[domain(address)]
        if domain(address) == "hang.test":
            await asyncio.sleep(60)
        if domain(address) == "shut.test":
            server.transport.abort()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        where = domain(envelope.rcpt_tos[0])
        if where == "full.test":
            return "552 5.2.2 too much"
        if where == "later.test":
            return "451 4.3.0 try later"
        keep(envelope)
        if where == "silent.test":
            await asyncio.sleep(60)
        if where == "cut.test":
            server.transport.abort()
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    good = isinstance(data, LoginPassword) and (data.login, data.password) == (b"redress", b"smtp-pw")
    return AuthResult(success=good, handled=False)


more = {}
for word in ("starttls", "tls"):
    if word in options:
        at = options.index(word)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options[at + 1], options[at + 2])
        if word == "tls":
            more["ssl_context"] = context
        else:
            more.update(tls_context=context, require_starttls=True)
if "auth" in options:
    plain = "starttls" not in options
    more.update(authenticator=authenticate, auth_required=True, auth_require_tls=not plain)
controller = Controller(Handler(), hostname="127.0.0.1", port=port, **more)
controller.start()
print("ready", flush=True)
# Ends with the test that started it, however that ends.
sys.stdin.read()
