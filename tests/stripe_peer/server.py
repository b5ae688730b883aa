"""The peer by HTTP, on this machine and a port that is free."""

from __future__ import annotations

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from stripe_peer.answering import Answer, Peer, Request, nothing_happens, refused
from stripe_peer.faults import DOWN, RATE_LIMITED, Fault, Faults, Held, fail

HOST = "127.0.0.1"
POLL_SECONDS = 0.01  # how soon the server notices that it is told to stop
PAGE = b"<html><body><h1>502 Bad Gateway</h1></body></html>"

_BEFORE = {
    Fault.RATE_LIMITED: refused(RATE_LIMITED),
    Fault.DOWN: refused(DOWN),
    Fault.NOT_JSON: Answer(status=502, body=PAGE, headers={"Content-Type": "text/html"}),
}
_UNHEARD = frozenset({Fault.LOST_BEFORE, Fault.DIES_BEFORE})
_UNANSWERED = frozenset({Fault.LOST_AFTER, Fault.DIES_AFTER})
_DEADLY = frozenset({Fault.DIES_BEFORE, Fault.DIES_AFTER})


class Server:
    """Answers while it is entered as a context, or until it dies; what the peer knows outlives it.

    An error of the peer itself is raised when the context ends: to the caller it would look like a
    connection that broke.
    """

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self.faults = Faults()
        self._port = 0
        self._http: ThreadingHTTPServer | None = None
        self._thread: Thread | None = None
        self._errors: list[Exception] = []

    @property
    def url(self) -> str:
        """The address to give to the SDK; the same after the server was started again."""
        return f"http://{HOST}:{self._port}"

    def start(self) -> None:
        """Listen, again on the same port if it did before."""
        handler = type("Handler", (_Handler,), {"owner": self})
        self._http = _Listener((HOST, self._port), handler)
        self._port = self._http.server_address[1]
        self._thread = Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": POLL_SECONDS}, daemon=True
        )
        self._thread.start()

    def die(self) -> None:
        """Stop listening: the next connection is refused."""
        if self._http is not None and self._thread is not None:
            self._http.shutdown()
            self._thread.join()
            self._http.server_close()
            self._http = self._thread = None

    def note(self, error: BaseException | None) -> None:
        """An error within the peer; that a caller has gone is none."""
        if isinstance(error, Exception) and not isinstance(error, ConnectionError):
            self._errors.append(error)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.die()
        if self._errors:
            raise ExceptionGroup("the peer itself has failed", self._errors)


class _Listener(ThreadingHTTPServer):
    """Takes connections, each in a thread that does not outlive the test."""

    daemon_threads = True
    block_on_close = False

    def handle_error(self, _request: Any, _address: Any) -> None:
        """Keep for the test what went wrong, instead of printing it."""
        handler: Any = self.RequestHandlerClass
        handler.owner.note(sys.exc_info()[1])


class _Handler(BaseHTTPRequestHandler):
    """One connection, which ends with its answer."""

    owner: Server

    def do_GET(self) -> None:
        self._take(urlsplit(self.path).query)

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", "0"))
        self._take(self.rfile.read(length).decode())

    def _take(self, form: str) -> None:
        request = Request(
            method=self.command,
            path=urlsplit(self.path).path,
            form=form,
            headers={name.lower(): value for name, value in self.headers.items()},
        )
        fault = self.owner.faults.take(request.method, request.path)
        if fault not in _UNHEARD:
            answer = self._answer(request, fault)
            if fault not in _UNANSWERED:
                self._send(answer, half=fault is Fault.HALF_ANSWERED)
        if fault in _DEADLY:
            self.owner.die()

    def _answer(self, request: Request, fault: Fault | Held | None) -> Answer:
        if isinstance(fault, Held):
            return self.owner.peer.answer(request, meanwhile=fault.wait)
        if fault in _BEFORE:
            return _BEFORE[fault]
        meanwhile = fail if fault is Fault.FAILED else nothing_happens
        return self.owner.peer.answer(request, meanwhile=meanwhile)

    def _send(self, answer: Answer, *, half: bool) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body[: len(answer.body) // 2] if half else answer.body)

    def log_message(self, *_: Any) -> None:
        """Nothing: a test says what happened."""
