"""Verifiers of Open Badges that nobody here wrote, as processes of their own.

* openbadgeslib reads credentials out of pictures and verifies VC-JWT, with PyJWT. It is published
  under the LGPL 3, so it is no requirement of ours, imported nowhere and shipped nowhere.
* The libraries of the Digital Credentials Consortium read JSON-LD and the W3C's data model, as the
  wallets of universities do. They are of npm, and need Node.js.

``make test`` installs them into ``build/others``; a variable names another place. Where they are
not, the tests that ask them are skipped.
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

INSTALLED = HERE.parent / "build/others"

PYTHON_VARIABLE = "OPENBADGESLIB_PYTHON"
NO_OPENBADGESLIB = (
    "needs openbadgeslib, which make test installs from PyPI; or name a Python that has it: "
    f"{PYTHON_VARIABLE}=DIR/bin/python"
)
FOLDER_VARIABLE = "DIGITAL_CREDENTIALS"
NO_DIGITAL_CREDENTIALS = (
    "needs Node.js and the verifier of the Digital Credentials Consortium, which make test "
    "installs where npm is; or name a folder that has @digitalcredentials/verifier-core: "
    f"{FOLDER_VARIABLE}=DIR"
)


def openbadgeslib_python() -> Path:
    """The Python that has it, if there is one."""
    return Path(os.environ.get(PYTHON_VARIABLE) or INSTALLED / "openbadgeslib/bin/python")


def digital_credentials_folder() -> Path:
    """The folder of the packages, if there is one."""
    return Path(os.environ.get(FOLDER_VARIABLE) or INSTALLED / "digital-credentials")


def has_openbadgeslib() -> bool:
    """Whether it can be asked here."""
    return openbadgeslib_python().is_file()


def has_digital_credentials() -> bool:
    """Whether they can be asked here."""
    packages = digital_credentials_folder() / "node_modules/@digitalcredentials"
    return bool(shutil.which("node")) and (packages / "vc-bitstring-status-list").is_dir()


def openbadgeslib_says(**question: Any) -> Any:
    """What openbadgeslib answers to ``openbadgeslib_asked.py``."""
    script = HERE / "openbadgeslib_asked.py"
    return _asked([str(openbadgeslib_python()), "-I", str(script)], question, folder=HERE)


def digital_credentials_say(**question: Any) -> Any:
    """What the consortium's libraries answer to ``digital_credentials_asked.mjs``."""
    script = (HERE / "digital_credentials_asked.mjs").read_text(encoding="utf-8")
    # A script that has no file of its own finds the packages of the folder it runs in.
    command = ["node", "--input-type=module", "--eval", script]
    return _asked(command, question, folder=digital_credentials_folder())


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
