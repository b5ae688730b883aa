"""beancount, double entry that nobody here wrote, as a process of its own.

It is published under the GNU GPL 2, so it is no requirement of ours, imported nowhere and shipped
nowhere: it reads a ledger that we wrote, where ``make test`` has installed it or with the Python of
the variable ``BEANCOUNT_PYTHON``.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
VARIABLE = "BEANCOUNT_PYTHON"
MISSING = (
    "needs beancount, which make test installs from PyPI; or name a Python that has it: "
    f"{VARIABLE}=DIR/bin/python"
)
TIMEOUT_SECONDS = 60


def python() -> Path:
    """The Python that has it, if there is one."""
    installed = HERE.parent / "build/others/beancount/bin/python"
    return Path(os.environ.get(VARIABLE) or installed)


def is_there() -> bool:
    """Whether it can be asked here."""
    return python().is_file()


def beancount_says(ledger: str) -> Any:
    """What beancount answers to ``beancount_asked.py``."""
    done = subprocess.run(
        [str(python()), "-I", str(HERE / "beancount_asked.py")],
        input=ledger.encode(),
        capture_output=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr.decode())
    return json.loads(done.stdout)
