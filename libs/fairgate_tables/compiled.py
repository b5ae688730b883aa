"""Queries whose text Django makes once, and into which values are put each time.

For a query that is asked with every sale: to make the text of one with many subqueries takes Django
longer than the answer takes the database.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import QuerySet
from django.db.transaction import get_connection

#: What stands in the text in place of a moment; nothing in these tables is as old.
_MOMENT = datetime(1871, 2, 3, 4, 5, 6, 789, tzinfo=UTC)


class Compiled:
    """A query that ``make`` makes of a text and a moment; its rows have these names.

    ``names`` are columns first and then annotations, in the order in which they were annotated:
    Django gives them in this order, whatever was asked for.
    """

    def __init__(self, make: Callable[[str, datetime], QuerySet[Any]], *names: str) -> None:
        self._make = make
        self._names = names
        self._made: dict[str, tuple[str, Sequence[Any], list[Any]]] = {}

    def rows(self, text: str, moment: datetime) -> list[Any]:
        """The rows for this text and moment."""
        connection = get_connection()
        if connection.vendor not in self._made:
            self._made[connection.vendor] = self._compile(connection)
        statement, places, converters = self._made[connection.vendor]
        values = (text, connection.ops.adapt_datetimefield_value(moment))
        with connection.cursor() as cursor:
            cursor.execute(
                statement, [values[one] if type(one) is _Place else one for one in places]
            )
            found = cursor.fetchall()
        rows = (_converted(row, converters, connection) for row in found)
        return [SimpleNamespace(**dict(zip(self._names, row, strict=True))) for row in rows]

    def _compile(self, connection: BaseDatabaseWrapper) -> tuple[str, Sequence[Any], list[Any]]:
        stands_for_text = "\x01the text\x01"
        rows = self._make(stands_for_text, _MOMENT).values_list(*self._names)
        compiler = rows.query.get_compiler(connection=connection)
        statement, params = compiler.as_sql()
        stand_ins = (stands_for_text, connection.ops.adapt_datetimefield_value(_MOMENT))
        places = [_Place(stand_ins.index(one)) if one in stand_ins else one for one in params]
        chosen = [one for one, *_ in compiler.select[: compiler.col_count]]
        return statement, places, list(compiler.get_converters(chosen).items())


class _Place(int):
    """Where a value is to be put: 0 is the text, 1 the moment."""


def _converted(
    row: Sequence[Any], converters: Sequence[Any], connection: BaseDatabaseWrapper
) -> list[Any]:
    values = list(row)
    for place, (functions, expression) in converters:
        for function in functions:
            values[place] = function(values[place], expression, connection)
    return values
