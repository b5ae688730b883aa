"""Agreements that were made once in a run, and are copied from then on.

Most tests of partners begin with one in force: read, checked, submitted, approved and signed by two
sides, which is some hundred statements, the same every time. So what it wrote the first time is
written again as it stood, where nothing of partners is there yet. Where a test commits, it is made:
others are told of it then.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar

from django.apps import apps
from django.conf import settings
from django.db import connection

from factories import copies

Made = TypeVar("Made")

#: Of each database and what was asked for: the statements that write it, and what was said of it.
_written: dict[Hashable, tuple[list[str], object]] = {}


def once(what: Hashable, make: Callable[[], Made]) -> Made:
    """Make it, or write what it wrote before, under the same settings; what was said of it."""
    models = list(apps.get_app_config("partnerships").get_models())
    if not connection.in_atomic_block or copies.filled(models):
        return make()
    asked = connection.vendor, what, _settings()
    if asked not in _written:
        said = make()
        _written[asked] = [copies.statement(model) for model in copies.filled(models)], said
        return said
    statements, said = _written[asked]
    _write(statements)
    return said


def _settings() -> Hashable:
    names = (name for name in dir(settings) if name.startswith("PARTNERSHIPS_"))
    return tuple((name, repr(getattr(settings, name))) for name in names)


def _write(statements: list[str]) -> None:
    with connection.constraint_checks_disabled(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
