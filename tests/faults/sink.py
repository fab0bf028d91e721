"""A gateway by HTTP that keeps what it gets, and fails as it is told to."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

# Seconds that a slow one takes: less than the 10 that the desk waits for.
SLOW = 4


class Sink:
    """`mode` is what becomes of a message: a status such as 200 or 503; `slow` is 200 after a while; `silent` and `cut` keep it
    and do not answer, and 0 neither keeps it nor answers."""

    def __init__(self):
        self.mode, self.got, self.order, self.lock, self.asked = 200, {}, [], threading.Lock(), 0
        self.per_second, self.window = 0, (0, 0)
        sink = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self):
                sink.take(self)

            def log_message(self, *words):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 256

            def handle_error(self, request, client_address):
                # Whoever asked has been killed.
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def settings(self):
        return {
            "SMS_GATEWAY": "http", "SMS_HTTP_METHOD": "GET", "SMS_HTTP_MESSAGE_ID": "/id",
            "SMS_HTTP_URL": f"http://127.0.0.1:{self.port}/send?id={{id}}&to={{to}}&text={{text}}",
        }

    def take(self, request):
        with self.lock:
            self.asked += 1
            mode = self.mode
            if self.per_second and mode == 200:
                second = int(time.monotonic())
                self.window = (second, self.window[1] + 1 if self.window[0] == second else 1)
                mode = 200 if self.window[1] <= self.per_second else 429
            if mode in (200, "slow", "silent", "cut"):
                said = parse_qs(urlsplit(request.path).query)
                one = said["id"][0]
                self.got[one] = self.got.get(one, 0) + 1
                self.order.append((one, said["text"][0]))
        if mode == "silent":
            time.sleep(15)
        if mode == "slow":
            time.sleep(SLOW)
            mode = 200
        if mode in ("silent", "cut", 0):
            request.close_connection = True
            request.connection.close()
            return
        body = json.dumps({"id": f"s{len(self.order)}"}).encode() if mode == 200 else b""
        request.send_response(mode)
        if mode == 429:
            request.send_header("Retry-After", "1")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    def end(self):
        self.server.shutdown()
        self.server.server_close()
