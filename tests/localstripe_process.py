"""localstripe, a fake Stripe that nobody here wrote, as a process of its own.

It is published under the GNU GPL 3, so it is no requirement of ours, imported nowhere and shipped
nowhere: it is started where ``make test`` has installed it, or from the variable ``LOCALSTRIPE``
(the path of its executable), and answers by HTTP.
"""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

VARIABLE = "LOCALSTRIPE"
INSTALLED = Path(__file__).parents[1] / "build/others/localstripe/bin/localstripe"
KEY = {"Authorization": "Bearer sk_test_peer"}
TIMEOUT_SECONDS = 10
READY = "Running on"
MISSING = (
    "needs localstripe, which make test installs from PyPI; or name its executable: "
    f"{VARIABLE}=DIR/bin/localstripe"
)


def command() -> list[str]:
    """How localstripe is started here; empty if it is not there."""
    named = Path(os.environ.get(VARIABLE) or INSTALLED)
    return [str(named)] if named.is_file() else []


@contextmanager
def running() -> Iterator[str]:
    """Its address while it runs.

    Raises:
        RuntimeError: it did not start; the port may have been taken meanwhile.
    """
    port = _free_port()
    started = [*command(), "--from-scratch", "--port", str(port)]
    # Its log of requests goes to stderr and would fill a pipe that nobody reads.
    with subprocess.Popen(
        started,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        text=True,
    ) as process:
        try:
            if not any(READY in line for line in process.stdout or ()):
                raise RuntimeError(f"localstripe did not start on port {port}.")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def ask(method: str, address: str, /, **content: object) -> None:
    """Configure it: forget everything, or register an endpoint.

    Raises:
        requests.HTTPError: it refuses.
    """
    with requests.Session() as session:
        session.trust_env = False
        session.request(
            method, address, json=content, headers=KEY, timeout=TIMEOUT_SECONDS
        ).raise_for_status()
