"""A server with planted faults, on which `bin/security control` proves that the scanners would find such ones: SQL in a
search, in a log-in and in two calls; a search that is shown as it was typed; a book of guests that keeps it so; forms without any check of where they come
from; no headers; calls of which one forgets who asks and answers otherwise than documented, one turns away everybody, and two fail
on bad values.

    control.py        listens on a free port of 127.0.0.1 and prints its address

Two things are as they should be, so that scanners reach the others: one call asks for the token "planted", and the log-in
shows only what is safe. The roles that bin/security holds the calls against are planted there."""

import contextlib
import html
import json
import sqlite3
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

db = sqlite3.connect(":memory:", isolation_level=None)
# As other databases have it, for whoever finds SQL by time.
db.create_function("sleep", 1, lambda seconds: time.sleep(min(seconds, 30)) or 0)
db.executescript(
    "CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, password TEXT);"
    "INSERT INTO people (name, password) VALUES ('Nadia', 'x'), ('Tomasz', 'y');"
)

REFUSALS = {"401": {"description": "Who are you"}, "403": {"description": "Not yours"}, "422": {"description": "Bad values"}}
LIST = {
    "type": "array",
    "items": {"type": "object", "required": ["id", "name"], "properties": {"id": {"type": "string"}, "name": {"type": "string"}}},
}

GUESTS = []


def call(name, parameter, schema):
    return {
        "get": {
            "operationId": name,
            "parameters": [{"name": parameter, "in": "query", "schema": schema}],
            "responses": {"200": {"description": "A list", "content": {"application/json": {"schema": LIST}}}, **REFUSALS},
        }
    }


DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Planted faults", "version": "1"},
    "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
    "security": [{"bearer": []}],
    "paths": {
        "/api/tickets": call("tickets", "q", {"type": "string"}),
        "/api/clients": call("clients", "limit", {"type": "integer", "minimum": 1, "maximum": 100}),
        "/api/reports": call("reports", "name", {"type": "string"}),
    },
}


class Faulty(BaseHTTPRequestHandler):
    def do_GET(self):
        self.guarded({
            "/": lambda _: self.page(
                '<a href="/tickets?q=Nadia">Search</a> <a href="/login">Sign in</a> <a href="/guests">Guests</a>'
            ),
            "/guests": lambda _: self.guests(),
            "/tickets": lambda query: self.page(
                f"<h1>Results for {query('q')}</h1><form action=/tickets><input name=q></form>{self.find(query('q'))}"
            ),
            "/login": lambda _: self.page("<form method=post><input name=email><input name=password type=password></form>"),
            "/api/openapi.json": lambda _: self.answer(200, "application/json", json.dumps(DOCUMENT)),
            "/api/tickets": self.tickets,
            "/api/reports": lambda _: self.answer(403, "text/plain", "Not yours"),
            "/api/clients": lambda query: self.answer(
                200,
                "application/json",
                json.dumps([row for row in db.execute(f"SELECT id, name FROM people LIMIT {query('limit') or 10}")]),
            ),
        })

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self.guarded({
            "/login": lambda query: self.log_in(query("email"), query("password")),
            "/guests": lambda query: GUESTS.append(query("guest")) or self.page("Thank you"),
        }, body)

    def log_in(self, email, password):
        known = db.execute(f"SELECT * FROM people WHERE name = '{email}' AND password = '{password}'").fetchone()
        self.page("Welcome" if known else f"No such user: {html.escape(email)}")

    def guests(self):
        # The last few: a scanner leaves thousands.
        self.page(f"<form method=post><input name=guest></form><p>{'<p>'.join(GUESTS[-20:])}")

    def tickets(self, query):
        if self.headers.get("Authorization") == "Bearer planted":
            found = [{"id": str(number), "name": name} for number, name in self.find(query("q"))]
            self.answer(200, "application/json", json.dumps(found))
        else:
            self.answer(401, "text/plain", "Who are you?")

    def find(self, text):
        return [row for row in db.execute(f"SELECT id, name FROM people WHERE name LIKE '%{text}%'")]

    def guarded(self, routes, body=""):
        address = urlsplit(self.path)
        values = parse_qs(body or address.query, keep_blank_values=True)
        try:
            route = routes.get(address.path)
            if route:
                route(lambda name: values.get(name, [""])[-1])
            else:
                self.answer(404, "text/plain", "Nothing here")
        except sqlite3.Error as error:
            self.answer(500, "text/plain", f"sqlite3.OperationalError: {error}")

    def page(self, text):
        self.answer(200, "text/html", f"<!doctype html><body>{text}</body>")

    def answer(self, status, kind, text):
        text = text.encode(errors="replace")
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(text)))
        if kind == "text/html":
            self.send_header("Set-Cookie", "sid=abc")
        with contextlib.suppress(ConnectionError):  # Whoever waited for as long as they would is gone.
            self.end_headers()
            self.wfile.write(text)

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Faulty)
print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
