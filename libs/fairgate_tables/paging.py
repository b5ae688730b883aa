"""Rows by the page, so that memory does not grow with a table.

Django's ``iterator`` does not stream from MySQL and MariaDB: the driver reads all of a result at
once. A page by key is a query of its own, and costs the same at the end of a table as at its start.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

PAGE = 500


def pages(rows: QuerySet[Any], *, size: int = 0) -> Iterator[list[Any]]:
    """The rows of a query in the order of their primary key, a list of at most ``size`` at a time.

    ``rows`` gives objects, or named rows with a ``pk`` (``values_list(..., named=True)``).
    """
    size = size or PAGE
    in_order, last = rows.order_by("pk"), None
    while page := list((in_order if last is None else in_order.filter(pk__gt=last))[:size]):
        yield page
        if len(page) < size:
            return
        last = page[-1].pk
