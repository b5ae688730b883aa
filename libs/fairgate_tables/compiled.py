"""Queries whose text Django makes once, and into which values are put each time.

For a query that is asked with every sale: to make the text of one with many subqueries takes Django
longer than the answer takes the database.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import QuerySet
from django.db.transaction import get_connection

#: What stands in the text in place of values; nothing in these tables is as old, or so named.
_MOMENT = datetime(1871, 2, 3, 4, 5, 6, 789, tzinfo=UTC)


class Compiled:
    """A query that ``make`` makes of values of the types ``takes``; its rows have these names.

    Values are texts and moments. ``names`` are columns first and then annotations, in the order in
    which they were annotated: Django gives them in this order, whatever was asked for.
    """

    def __init__(
        self, make: Callable[..., QuerySet[Any]], *names: str, takes: Sequence[type]
    ) -> None:
        self._make = make
        self._names = names
        self._takes = takes
        self._made: dict[str, tuple[str, Sequence[Any], list[Any]]] = {}

    def rows(self, *values: str | datetime) -> list[Any]:
        """The rows for these values, in the order in which ``make`` takes them."""
        connection = get_connection()
        if connection.vendor not in self._made:
            self._made[connection.vendor] = self._compile(connection)
        statement, places, converters = self._made[connection.vendor]
        told = [_adapted(value, connection) for value in values]
        with connection.cursor() as cursor:
            cursor.execute(statement, [told[one] if type(one) is _Place else one for one in places])
            found = cursor.fetchall()
        rows = (_converted(row, converters, connection) for row in found)
        return [SimpleNamespace(**dict(zip(self._names, row, strict=True))) for row in rows]

    def _compile(self, connection: BaseDatabaseWrapper) -> tuple[str, Sequence[Any], list[Any]]:
        stand_ins = [_stand_in(kind, place) for place, kind in enumerate(self._takes)]
        rows = self._make(*stand_ins).values_list(*self._names)
        compiler = rows.query.get_compiler(connection=connection)
        statement, params = compiler.as_sql()
        told = [_adapted(one, connection) for one in stand_ins]
        places = [_Place(told.index(one)) if one in told else one for one in params]
        chosen = [one for one, *_ in compiler.select[: compiler.col_count]]
        return statement, places, list(compiler.get_converters(chosen).items())


class _Place(int):
    """Which of the values is to be put here, counted from 0."""


def _stand_in(kind: type, place: int) -> str | datetime:
    if kind is datetime:
        return _MOMENT + timedelta(days=place)
    return f"\x01the text {place}\x01"


def _adapted(value: str | datetime, connection: BaseDatabaseWrapper) -> Any:
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value


def _converted(
    row: Sequence[Any], converters: Sequence[Any], connection: BaseDatabaseWrapper
) -> list[Any]:
    values = list(row)
    for place, (functions, expression) in converters:
        for function in functions:
            values[place] = function(values[place], expression, connection)
    return values
