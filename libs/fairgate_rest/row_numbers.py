"""Numbers of rows in addresses: as many digits as a database has numbers for."""

from __future__ import annotations

from django.urls import register_converter
from django.urls.converters import IntConverter


class RowNumberConverter(IntConverter):
    """A number that a row may have; a longer one is no address of ours, and asks no database."""

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        """The number."""
        return int(value)


register_converter(RowNumberConverter, "row")
