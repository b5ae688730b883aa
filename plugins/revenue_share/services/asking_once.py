"""A step that a request has asked for is found again by the key of that request (ADR 0039).

Its uuid is made of the key, and uuids are unique: of two requests with one key, one writes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID, uuid4, uuid5

from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet

from fairgate_tables.transactions import run_again

from ..exceptions import KeyReused

Row = TypeVar("Row", bound=Model)

_OURS = UUID("3b0f3f1c-64a5-4d1e-8f0b-6f2f4f1f7a09")


def step_uuid(key: str) -> UUID:
    """The uuid of what a request with this key asks for; another one each time without a key."""
    return uuid5(_OURS, key) if key else uuid4()


@run_again
def ask_once(
    kind: type[Row], uuid: UUID, *, is_same: Callable[[Row], bool], ask: Callable[[], None]
) -> UUID:
    """Ask for a step, as ``ask`` does in a transaction of its own, unless this request has done so.

    ``is_same`` says whether the step that is there is what the request asks for. It reads with
    locks: what was written since the caller's transaction began counts.

    Raises:
        KeyReused: the key stands for a request that asked for something else.
    """
    rows = kind._default_manager.filter(uuid=uuid)
    if not rows.exists():
        try:
            ask()
        except IntegrityError:
            # Another request with this key was faster; or this is about something else.
            if not _check_same(rows, is_same):
                raise
        return uuid
    _check_same(rows, is_same)
    return uuid


def _check_same(rows: QuerySet[Row], is_same: Callable[[Row], bool]) -> bool:
    """Whether the step is there, and is the same."""
    with transaction.atomic():
        known = rows.select_for_update().first()
        if known is not None and not is_same(known):
            raise KeyReused("Another request was sent under this key.")
    return known is not None
