"""The files of documents: encrypted, in a private place, under names that say nothing.

A file holds the uuid of its row and the content, encrypted with the newest key (Fernet: AES-128
in CBC mode, signed with HMAC-SHA256). Any key of the settings opens it, so keys can be exchanged.
The uuid inside is compared when it is read: a file that was put in another's place does not open.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from uuid import UUID, uuid4

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import Storage

from waiver_policy import conf
from waiver_policy.exceptions import DocumentsOff, DocumentUnreadable

log = logging.getLogger(__name__)

_PURPOSE = b"waiver_policy.document.fingerprint:"


def put(content: bytes, *, uuid: UUID) -> str:
    """Store the content of a document; the name of its file.

    Raises:
        DocumentsOff: there is no place for it, or no key.
    """
    sealed = _lock().encrypt(uuid.bytes + content)
    name = uuid4().hex
    return str(_storage().save(f"{name[:2]}/{name}", ContentFile(sealed)))


def get(name: str, *, uuid: UUID) -> bytes:
    """The content of a document.

    Raises:
        DocumentsOff: there is no place, or no key.
        DocumentUnreadable: there is no such file, or it is not what was stored.
    """
    try:
        with _storage().open(name) as file:
            opened = _lock().decrypt(file.read())
    except (OSError, InvalidToken) as error:
        raise DocumentUnreadable(
            f"The file of the document {uuid} cannot be read ({type(error).__name__})."
        ) from None
    if opened[:16] != uuid.bytes:
        raise DocumentUnreadable(f"The file of the document {uuid} is another's.")
    return opened[16:]


def remove(name: str) -> bool:
    """Delete a file; whether it is gone. One that is not there is gone."""
    try:
        _storage().delete(name)
    except Exception:
        log.exception("the file of a document could not be deleted: file=%s", name)
        return False
    return True


def names() -> Iterator[tuple[str, datetime]]:
    """Every file of the place, with when it was written (UTC)."""
    storage = _storage()
    for folder in ("", *sorted(_folders(storage))):
        for name in sorted(_files(storage, folder)):
            path = f"{folder}/{name}" if folder else name
            yield path, storage.get_modified_time(path)


def fingerprints(content: bytes) -> tuple[str, ...]:
    """What finds the same content again: a hash under each key, the newest first.

    Without the keys nobody can tell whose document it is, nor try documents one after the other.

    Raises:
        DocumentsOff: there is no key.
    """
    keys = _keys()
    return tuple(hmac.new(key, _PURPOSE + content, sha256).hexdigest() for key in keys)


def _lock() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in _keys()])


def _keys() -> tuple[bytes, ...]:
    try:
        keys = conf.document_keys()
    except ImproperlyConfigured:
        raise DocumentsOff from None
    if not keys:
        raise DocumentsOff
    return keys


def _storage() -> Storage:
    try:
        storage = conf.document_storage()
    except ImproperlyConfigured:
        raise DocumentsOff from None
    if storage is None:
        raise DocumentsOff
    return storage


def _folders(storage: Storage) -> list[str]:
    return _listed(storage, "")[0]


def _files(storage: Storage, folder: str) -> list[str]:
    return _listed(storage, folder)[1]


def _listed(storage: Storage, folder: str) -> tuple[list[str], list[str]]:
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:  # nothing was ever stored
        return [], []
    return list(folders), list(files)
