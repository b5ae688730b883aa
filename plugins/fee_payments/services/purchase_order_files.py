"""Files of purchase orders: encrypted, in a private place, under names that say nothing.

What kind a file is, its first bytes say, not its name. It is given out as a file to keep, never
shown by us, and only if it is what was stored. A file holds the uuid of its row and the content,
encrypted with the newest key (Fernet), as the documents of learners are (ADR 0025); any key of the
settings opens it. One that was kept before there were keys lies as it came, and is still read.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID, uuid4

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.utils.translation import gettext as _

from fee_payments import conf, models
from fee_payments.exceptions import InvoiceRefused, UnknownDocument

log = logging.getLogger(__name__)

_KINDS = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """Where a file is and what it is; all blank where there is none."""

    name: str
    content_type: str
    sha256: str


NO_FILE = KeptFile(name="", content_type="", sha256="")


def put(content: bytes, *, uuid: UUID) -> KeptFile:
    """Check and keep the file of the purchase order with this uuid.

    Raises:
        InvoiceRefused: it is too large, none of the kinds that are taken, or there is no place for
            it, or no key.
    """
    most = conf.purchase_order_max_bytes()
    if len(content) > most:
        raise InvoiceRefused(
            _("The file has more than %(kilobytes)s kB.") % {"kilobytes": most // 1024}
        )
    kind = next((kind for begins, kind in _KINDS.items() if content.startswith(begins)), None)
    if kind is None:
        raise InvoiceRefused(_("A purchase order is a PDF, a PNG or a JPEG file."))
    sealed = _lock().encrypt(uuid.bytes + content)
    name = uuid4().hex
    stored = _storage().save(f"{name[:2]}/{name}", ContentFile(sealed))
    return KeptFile(name=str(stored), content_type=kind, sha256=digest_of(content))


def digest_of(content: bytes) -> str:
    """What is kept of a file to know it again."""
    return hashlib.sha256(content).hexdigest()


def get(row: models.PurchaseOrder) -> bytes:
    """The file of a purchase order, if it is what was stored.

    Raises:
        UnknownDocument: there is none, or it is another one by now.
    """
    if not row.file:
        raise UnknownDocument(f"The purchase order {row.uuid} has no file.")
    try:
        with _storage().open(row.file) as file:
            stored: bytes = file.read()
    except OSError:
        stored = b""
    for content in _readings(stored, row.uuid):
        if digest_of(content) == row.sha256:
            return content
    log.error("the file of a purchase order is not what was stored: order=%s", row.uuid)
    raise UnknownDocument(f"The file of the purchase order {row.uuid} cannot be read.")


def _readings(stored: bytes, uuid: UUID) -> Iterator[bytes]:
    """What a file may say: as it lies there, for one from before there were keys; and opened."""
    yield stored
    try:
        opened = _lock().decrypt(stored)
    except (InvalidToken, InvoiceRefused):
        return
    if opened[:16] == uuid.bytes:
        yield opened[16:]


def remove(kept: KeptFile) -> None:
    """Delete a file whose row could not be written."""
    if kept.name:
        _storage().delete(kept.name)


def _lock() -> MultiFernet:
    try:
        keys = conf.purchase_order_keys()
    except ImproperlyConfigured:
        keys = ()
    if not keys:
        raise InvoiceRefused(_("This site has no place for files of purchase orders."))
    return MultiFernet([Fernet(key) for key in keys])


def _storage() -> Storage:
    try:
        storage = conf.purchase_order_storage()
    except ImproperlyConfigured:
        storage = None
    if storage is None:
        raise InvoiceRefused(_("This site has no place for files of purchase orders."))
    return storage
