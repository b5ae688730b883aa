"""A document that a request has made is found again by the key of that request.

Its uuid is made of the key, and uuids are unique: of two requests with one key, one writes. Who may
read a document is looked at wherever one is read, so that a uuid can be made guesses nothing.
"""

from __future__ import annotations

from uuid import UUID, uuid4, uuid5

from django.utils.translation import gettext as _

from fee_payments.exceptions import KeyReused

_OURS = UUID("6f0d6a53-1f7e-4d0e-9d2b-0d6f3a1c9b47")


def document_uuid(key: str) -> UUID:
    """The uuid of what a request with this key makes; another one each time without a key."""
    return uuid5(_OURS, key) if key else uuid4()


def key_reused() -> KeyReused:
    """What is told where a key has made something else."""
    return KeyReused(_("This request was already used for something else."))
