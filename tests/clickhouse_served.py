"""Run by a Python that has chdb, not by ours: ClickHouse's HTTP interface, as far as we use it.

The engine is ClickHouse's own, embedded. A statement is in the address and rows are in the body, or
all of it is in the body. Other parameters are settings, which the engine knows or refuses, but for
those that are about this interface. Who asks says so in two headers, or as HTTP has it.
"""

import base64
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from chdb import session

USER, KEY, FOLDER = sys.argv[1:]
ENGINE = session.Session(FOLDER)
ONE_AT_A_TIME = threading.Lock()
# What dbt's driver says of sessions, formats and the line; one session and no compression do.
OF_THE_LINE = (
    "client_protocol_version", "compress", "database", "default_format", "enable_http_compression",
    "http_headers_progress_interval_ms", "query_id", "send_progress_in_http_headers", "session_id",
    "session_timeout", "wait_end_of_query",
)  # fmt: skip


class Interface(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
        options = dict(parse_qsl(urlsplit(self.path).query))
        if self.who() != (USER, KEY):
            self.answer(403, b"", code="516")
            return
        statement = "\n".join(part for part in (options.pop("query", ""), body) if part)
        line = {name: options.pop(name) for name in OF_THE_LINE if name in options}
        try:
            with ONE_AT_A_TIME:
                if options:
                    names = ", ".join(f"{name}='{value}'" for name, value in options.items())
                    ENGINE.query(f"SET {names}")
                found = ENGINE.query(statement, line.get("default_format", "TabSeparated"))
        except Exception as error:  # noqa: BLE001  whatever the engine says is the answer
            text = str(error)
            code = text.partition("Code: ")[2].partition(".")[0] or "1001"
            self.answer(404 if code == "60" else 400, text.encode(), code=code)
        else:
            self.answer(200, found.bytes() if found is not None else b"")

    def do_GET(self):
        self.do_POST()

    def who(self):
        if basic := self.headers["Authorization"]:
            user, _, key = base64.b64decode(basic.removeprefix("Basic ")).decode().partition(":")
            return user, key
        # UTF-8, which this server of Python's reads as Latin-1.
        names = ("X-ClickHouse-User", "X-ClickHouse-Key")
        return tuple((self.headers[name] or "").encode("latin-1").decode() for name in names)

    def answer(self, status, content, code=""):
        self.send_response(status)
        if code:
            self.send_header("X-ClickHouse-Exception-Code", code)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


SERVER = ThreadingHTTPServer(("127.0.0.1", 0), Interface)
sys.stdout.write(f"{SERVER.server_port}\n")
sys.stdout.flush()
SERVER.serve_forever()
