"""Verifiers of Open Badges that nobody here wrote, as processes of their own.

* openbadgeslib reads credentials out of pictures and verifies VC-JWT, with PyJWT. It is published
  under the LGPL 3, so it is no requirement of ours, imported nowhere and shipped nowhere.
* The libraries of the Digital Credentials Consortium read JSON-LD and the W3C's data model, as the
  wallets of universities do. They are of npm, and need Node.js.

Each is asked where somebody has installed it and named it, and skipped elsewhere.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

TIMEOUT_SECONDS = 60
HERE = Path(__file__).parent

PYTHON_VARIABLE = "OPENBADGESLIB_PYTHON"
NO_OPENBADGESLIB = (
    "needs openbadgeslib: install it into an environment of its own (python -m venv DIR && "
    f"DIR/bin/pip install openbadgeslib) and name its Python: {PYTHON_VARIABLE}=DIR/bin/python"
)
FOLDER_VARIABLE = "DIGITAL_CREDENTIALS"
NO_DIGITAL_CREDENTIALS = (
    "needs Node.js and the verifier of the Digital Credentials Consortium: install it into a "
    "folder of its own (cd DIR && npm install @digitalcredentials/verifier-core) and name it: "
    f"{FOLDER_VARIABLE}=DIR"
)


def has_openbadgeslib() -> bool:
    """Whether somebody has named a Python that has it."""
    named = os.environ.get(PYTHON_VARIABLE, "")
    return bool(named) and Path(named).is_file()


def has_digital_credentials() -> bool:
    """Whether somebody has named a folder that has it, and Node.js is here."""
    named = os.environ.get(FOLDER_VARIABLE, "")
    return bool(
        named
        and shutil.which("node")
        and Path(named, "node_modules/@digitalcredentials/vc-bitstring-status-list").is_dir()
    )


def openbadgeslib_says(**question: Any) -> Any:
    """What openbadgeslib answers to ``openbadgeslib_asked.py``."""
    script = HERE / "openbadgeslib_asked.py"
    return _asked([os.environ[PYTHON_VARIABLE], "-I", str(script)], question, folder=HERE)


def digital_credentials_say(**question: Any) -> Any:
    """What the consortium's libraries answer to ``digital_credentials_asked.mjs``."""
    script = (HERE / "digital_credentials_asked.mjs").read_text(encoding="utf-8")
    # A script that has no file of its own finds the packages of the folder it runs in.
    command = ["node", "--input-type=module", "--eval", script]
    return _asked(command, question, folder=Path(os.environ[FOLDER_VARIABLE]))


def _asked(command: list[str], question: dict[str, Any], *, folder: Path) -> Any:
    done = subprocess.run(
        command,
        cwd=folder,
        input=json.dumps(question),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr or done.stdout)
    return json.loads(done.stdout)
