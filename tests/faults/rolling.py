"""Two nodes on one PostgreSQL behind nginx, stopped and started again one after the other under load: nobody may get an answer that
is none, or a 5xx. nginx is set up as deploy/proxy/nginx.conf says."""

import subprocess
import time

import account
from desk import Desk, Wrong, free_port, need, until, with_parent
from kannel import listens
from load import Load
from main import Report
from postgres import Server
from sink import Sink

NGINX = "/usr/sbin/nginx"
CONFIGURATION = """
daemon off;
pid {place}/nginx.pid;
error_log {place}/error.log;
events {{ worker_connections 512; }}
http {{
    access_log {place}/access.log;
    client_body_temp_path {place}/body;
    proxy_temp_path {place}/proxy;
    fastcgi_temp_path {place}/fastcgi;
    uwsgi_temp_path {place}/uwsgi;
    scgi_temp_path {place}/scgi;
    upstream redress {{
        server 127.0.0.1:{first};
        server 127.0.0.1:{second};
        keepalive 64;
    }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://redress;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_read_timeout 90s;
        }}
    }}
}}
"""


class Nginx:
    def __init__(self, place, nodes):
        need(NGINX)
        place.mkdir()
        self.port = free_port()
        (place / "nginx.conf").write_text(CONFIGURATION.format(
            place=place, port=self.port, first=nodes[0].port, second=nodes[1].port))
        self.place = place
        self.process = subprocess.Popen(
            [NGINX, "-c", str(place / "nginx.conf")], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, preexec_fn=with_parent)
        self.base = f"http://127.0.0.1:{self.port}"
        until("nginx", lambda: listens(self.port))

    def end(self):
        self.process.terminate()
        self.process.wait()


def run(bench):
    need(NGINX)
    server, sink = bench.keep(Server()), bench.keep(Sink())
    key = bench.work / "key"
    nodes = [Desk(bench.work / which, DATABASE_URL=server.url, KEY_FILE=key, TRUSTED_PROXIES="127.0.0.1", **sink.settings())
             for which in ("a", "b")]
    bench.desks.extend(nodes)
    nodes[0].people()
    nodes[1].token = nodes[0].token
    for node in nodes:
        node.start()
    nginx = bench.keep(Nginx(bench.work / "nginx", nodes))
    load = Load([nginx.base], nodes[0].token, bench.work / "log", pause=0.01).start()
    until("some work", lambda: load.count(201) > 30)
    rounds, stops = 10 if bench.long else 2, []
    for number in range(rounds):
        node = nodes[number % 2]
        began = time.monotonic()
        node.stop()
        stops.append(time.monotonic() - began)
        node.start()
        before = load.count(201)
        until("some work", lambda: load.count(201) > before + 30)
        # So long nginx passes by whoever did not answer.
        time.sleep(11)
    load.stop()
    failed = {status: count for status, count in load.answers.items() if status not in (200, 201)}
    asked = sum(load.answers.values())
    nodes[1].stop()
    load.bases = [nodes[0].base]
    verdict = account.settle(nodes[0], load, sink, seconds=120, step=0)
    if failed:
        last = (nginx.place / "error.log").read_text().splitlines()[-3:]
        raise Wrong(f"of {asked} requests failed {failed}, in {rounds} restarts: {last}")
    return Report(f"{rounds} nodes stopped and started again behind nginx", verdict,
                  f"of {asked} requests none failed, a stop took {max(stops):.1f} s at most")
