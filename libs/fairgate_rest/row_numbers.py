"""Numbers of rows in addresses: a longer one than a database has names a row that is not there."""

from __future__ import annotations

from django.urls import register_converter
from django.urls.converters import IntConverter

_DIGITS = 18
NO_ROW = 2**63 - 1
"""The largest number that a database may be asked for."""


class RowNumberConverter(IntConverter):
    """A number that a row may have; of a longer one the view says that it is not there."""

    regex = "[0-9]+"

    def to_python(self, value: str) -> int:
        """The number, or one that no row has."""
        return int(value) if len(value) <= _DIGITS else NO_ROW


register_converter(RowNumberConverter, "row")
