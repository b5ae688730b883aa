"""The secrets of one installation of the demo, made on first use and kept out of the repository."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat


def letters() -> str:
    """50 random letters and digits."""
    return secrets.token_urlsafe(38)


def rsa_key() -> str:
    """A private key in PEM that signs badges."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def secret(folder: Path, name: str, make: Callable[[], str] = letters) -> str:
    """The secret called ``name`` of this installation, in a file of mode 600.

    Two processes that start at once get the same one, because only one of them can create the file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.secret"
    fresh = folder / f"{name}.{os.getpid()}.new"
    if not path.exists():
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            out.write(make())
        try:
            os.link(fresh, path)  # fails if the other process was first; then its secret counts
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text()
