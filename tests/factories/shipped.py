"""The country lists and the policy that we ship, as rows that were written once in a run.

Loading them reads, checks and compares some hundreds of lines, and most tests of waivers begin with
that. What it writes is the same every time, so it is done once per database, before its first test,
and copied from then on. Each copy has UUIDs of its own: a process may remember a row by its UUID.
Tests of the loading load.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models import Model, UUIDField

from factories import copies
from waiver_policy import models

LISTS: tuple[type[Model], ...] = (
    models.CountryList,
    models.ListEdition,
    models.ListMembership,
)
POLICY: tuple[type[Model], ...] = (models.PolicyVersion,)


@dataclass(frozen=True)
class Rows:
    """What one table held: a statement that writes it, and the UUIDs in there."""

    statement: str
    uuids: tuple[UUID, ...]


#: Of each database what each list of tables held, and what the loading of it said.
_written: dict[tuple[str, tuple[type[Model], ...]], tuple[list[Rows], Any]] = {}


def remember(load_lists: Callable[[], Any], load_policy: Callable[[], Any]) -> None:
    """Load both once in the default database, which is empty then and empty again afterwards."""
    if (connection.vendor, LISTS) in _written:
        return
    with transaction.atomic():
        for tables, load in ((LISTS, load_lists), (POLICY, load_policy)):
            said = load()
            _written[connection.vendor, tables] = [_held(model) for model in tables], said
        transaction.set_rollback(True)


def copied(tables: tuple[type[Model], ...]) -> bool:
    """Write what these tables held, if nothing is in them; whether it is there now."""
    rows, _ = _written.get((connection.vendor, tables), (None, None))
    if rows is None or any(model._base_manager.exists() for model in tables):
        return False
    with transaction.atomic(), connection.cursor() as cursor:
        for held in rows:
            cursor.execute(_with_new_uuids(held))
    return True


def said(tables: tuple[type[Model], ...]) -> Any:
    """What the loading of them said, which names no row."""
    return _written[connection.vendor, tables][1]


def _held(model: type[Model]) -> Rows:
    names = [field.attname for field in model._meta.concrete_fields if isinstance(field, UUIDField)]
    return Rows(
        copies.statement(model),
        tuple(
            uuid
            for row in model._base_manager.values_list(*names)
            for uuid in row
            if names and uuid is not None
        ),
    )


def _with_new_uuids(held: Rows) -> str:
    statement = held.statement
    for uuid in held.uuids:
        new = uuid4()
        statement = statement.replace(uuid.hex, new.hex).replace(str(uuid), str(new))
    return statement
