"""The typesetter: Typst, through its Python package, in this process or in one of its own.

Typst works with a pool of threads that is started by the first paper of a process. A process that
is forked after that has no such threads, and would wait for them for ever; so it asks a fresh
process instead, which is slower by the start of Python. Servers that fork before they print
(gunicorn, uWSGI, Celery) never come to that.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from fairgate_papers import typefaces
from fairgate_papers.errors import PapersError, TypesetterFailed

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 120
# PDF/UA-1, ISO 14289-1: the file says how it is read aloud, and is refused if it does not.
ACCESSIBLE = "ua-1"
PLAIN = "1.7"

_PROGRAM = "import sys; from fairgate_papers.compiling import main; sys.exit(main())"
_pool_of: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What the typesetter is given: the paper as JSON, its date in Unix seconds, more fonts.

    ``format`` is ``pdf``, or ``png`` for a picture of the first page with ``ppi`` dots per inch.
    ``template`` is the name of one of ours.
    """

    paper: str
    timestamp: int
    folders: tuple[str, ...] = ()
    format: str = "pdf"
    template: str = "paper"
    ppi: int = 144


def compiled(job: Job) -> bytes:
    """The file. The same job gives the same bytes, whichever process makes it.

    Raises:
        TypesetterMissing: the package ``typst`` cannot be loaded.
        TypesetterFailed: it gave up, or took longer than two minutes.
    """
    if _pool_of not in (None, os.getpid()):
        return _compiled_elsewhere(job)
    return _compiled_here(job)


def _compiled_here(job: Job) -> bytes:
    global _pool_of
    typst = typefaces.typesetter()
    fonts = typefaces.fonts(tuple(Path(folder) for folder in job.folders))
    _pool_of = os.getpid()
    try:
        return _made(typst, fonts, job, ACCESSIBLE)
    except typst.TypstError as error:
        if not error.message.startswith("PDF/UA-1 error"):
            raise TypesetterFailed(f"The typesetter gave up: {error.message}.") from error
    # A letter and a mark of two scripts that no single font has: it is printed as well as can be,
    # and is tagged all the same; only the promise of the standard is not made.
    log.warning("a paper was printed without PDF/UA-1: no font has all signs of a cluster")
    return _made(typst, fonts, job, PLAIN)


def _made(typst: Any, fonts: Any, job: Job, standard: str) -> bytes:
    templates = resources.files("fairgate_papers").joinpath("templates")
    template = templates.joinpath(f"{job.template}.typ").read_bytes()
    # An empty folder as the root, and as where packages would be: there is nothing to read.
    with tempfile.TemporaryDirectory(prefix="paper-") as nothing:
        compiler = typst.Compiler(
            template,
            root=nothing,
            font_paths=fonts,
            package_path=nothing,
            package_cache_path=nothing,
            sys_inputs={"paper": job.paper},
        )
        try:
            made = compiler.compile(
                format=job.format,
                ppi=job.ppi,
                timestamp=job.timestamp,
                pdf_standards=standard if job.format == "pdf" else [],
            )
        except BaseException as error:
            # What Rust calls a panic is no Exception in Python, and its class has no module.
            if type(error).__name__ == "PanicException":
                raise TypesetterFailed("The typesetter broke down on this paper.") from error
            raise
    return bytes(made[0] if isinstance(made, list) else made)


def compiled_alone(job: Job, *, seconds: float) -> bytes:
    """The file, made in a process of its own that is ended after some seconds.

    For what a stranger has drawn: it may take for ever, or take its process with it.

    Raises:
        TypesetterFailed: it gave up, or took longer.
    """
    return _compiled_elsewhere(job, seconds)


def _compiled_elsewhere(job: Job, seconds: float = TIMEOUT_SECONDS) -> bytes:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    try:
        done = subprocess.run(  # noqa: S603 — our own module, and nothing that anybody typed
            [_python(), "-c", _PROGRAM],
            input=json.dumps(asdict(job)).encode(),
            capture_output=True,
            env=env,
            timeout=seconds,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise TypesetterFailed("The typesetter did not answer in time.") from error
    if done.returncode:
        raise TypesetterFailed("The typesetter gave up in a process of its own.")
    return done.stdout


def _python() -> str:
    """The interpreter. ``sys.executable`` may be the server that has Python inside (uWSGI)."""
    inside = Path(sys.prefix) / "bin" / "python"
    return str(inside) if inside.exists() else sys.executable


def _job(fields: Mapping[str, Any]) -> Job:
    return Job(**{**fields, "folders": tuple(fields["folders"])})


def main() -> int:
    """Read one job from standard input, write the file to standard output."""
    try:
        made = _compiled_here(_job(json.load(sys.stdin.buffer)))
    except PapersError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.buffer.write(made)
    return 0
