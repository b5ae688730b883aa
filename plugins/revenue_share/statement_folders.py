"""Statements in a folder: each file takes its name when it is whole, and is written once.

A run that was killed leaves whole files and perhaps one that was begun, which the next run removes.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from .exceptions import FolderInUse

_LOCK = ".revenue_share_statements.lock"
_BEGUN = ".begun"


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Keep other runs out of the folder, and remove what a run that was killed has begun.

    Raises:
        FolderInUse: another run writes into it now.
        OSError: it is no folder, or nothing can be written there.
    """
    with (folder / _LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderInUse("Another run writes into %(folder)s now.", folder=folder) from None
        for begun in folder.glob(f".*{_BEGUN}"):
            begun.unlink(missing_ok=True)
        yield


def write_once(path: Path, write: Callable[[IO[bytes]], None]) -> bool:
    """Write a file that only we may read; whether it was not there already.

    Raises:
        OSError: it cannot be written.
    """
    if path.exists():
        return False
    with NamedTemporaryFile(dir=path.parent, prefix=".", suffix=_BEGUN, delete=False) as begun:
        try:
            write(begun)
            begun.flush()
            os.fsync(begun.fileno())
            os.replace(begun.name, path)
        except BaseException:
            Path(begun.name).unlink(missing_ok=True)
            raise
    return True
