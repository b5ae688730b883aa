"""Processes that work on MariaDB and stop at one step until they are killed.

    python tests/mortal_workers.py test_fairgate_17

One process sets Django up, once; each order that it reads, a line of JSON, is worked by a child of
its own. The child says ``held`` and its process id when it has come to its step, and waits there,
with its locks. It says ``done`` where it never came there. Not a test, so not collected.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
STEPS = ("statement", "commit", "call")


class Workers:
    """The processes, as a test sees them."""

    def __init__(self, database: str) -> None:
        self._parent = subprocess.Popen(
            [sys.executable, __file__, database],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def begin(self, act: str, *arguments: Any, stop_at: tuple[int, str]) -> int:
        """Have a child work until it comes to the so-manieth step that begins with this text.

        ``act`` is a function of ``factories.mortal_acts``. Returns the child's process id.
        """
        order = {"act": act, "arguments": arguments, "stop_at": stop_at}
        self._parent.stdin.write(json.dumps(order) + "\n")
        self._parent.stdin.flush()
        said, _, pid = self._parent.stdout.readline().strip().partition(" ")
        assert said == "held", f"The worker did not stop at {stop_at}: {said}."
        return int(pid)

    def kill(self, pid: int) -> None:
        """End it as the machine would; returns when it is gone."""
        os.kill(pid, signal.SIGKILL)
        assert self._parent.stdout.readline() == f"gone {-signal.SIGKILL}\n"

    def close(self) -> None:
        """No more orders: the process ends by itself."""
        self._parent.communicate(timeout=20)


def work_orders(database: str) -> None:
    """Work each order in a child, one after the other, and say how each has ended."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _work(json.loads(line), database)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        _say(f"gone {os.waitstatus_to_exitcode(status)}")


def _work(order: dict[str, Any], database: str) -> None:
    import killed
    import two_databases
    from factories import mortal_acts

    number, text = order["stop_at"]

    def stops(steps: list[str]) -> bool:
        if steps[-1].startswith(text) and sum(one.startswith(text) for one in steps) == number:
            _say(f"held {os.getpid()}")
            signal.pause()
        return False

    settings = {**two_databases.mariadb_settings(), "NAME": database}
    with (
        two_databases.default_database(settings),
        killed.lived(killed.Life(stops, STEPS)),
    ):
        getattr(mortal_acts, order["act"])(*order["arguments"])
    _say("done")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.path[:0] = [str(ROOT / name) for name in ("libs", "plugins", "xblocks", "demo", "tests")]
    os.environ["DJANGO_SETTINGS_MODULE"] = "suite_settings"
    warnings.filterwarnings("ignore", message="pkg_resources is deprecated")
    import django

    django.setup()
    work_orders(sys.argv[1])
