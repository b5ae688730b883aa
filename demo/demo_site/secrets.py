"""The secrets of one installation of the demo, made on first use and kept out of the repository."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def secret(folder: Path, name: str) -> str:
    """The secret called ``name`` of this installation: 50 letters and digits in a file of mode 600.

    Two processes that start at once get the same one, because only one of them can create the file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.secret"
    fresh = folder / f"{name}.{os.getpid()}.new"
    if not path.exists():
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            out.write(secrets.token_urlsafe(38))
        try:
            os.link(fresh, path)  # fails if the other process was first; then its secret counts
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text()
