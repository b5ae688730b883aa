"""A second connection to the database, for what others have to see at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections, transaction


@contextmanager
def beside() -> Iterator[str]:
    """The name of a connection whose writes are seen before a transaction of ours ends.

    For how far a long read of ``one_view`` is. Only there is another connection opened: elsewhere
    there is no such transaction, and within one that the caller has begun a second connection would
    wait for rows that the first has locked.
    """
    first = transaction.get_connection()
    if first.vendor != "mysql" or first.in_atomic_block:
        yield first.alias
        return
    name = f"{first.alias}-beside"
    connections[name] = second = first.copy(name)
    try:
        yield name
    finally:
        second.close()
        del connections[name]
