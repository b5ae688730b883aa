"""Sends statements to the database: several at once where the driver takes them so.

A way to the server and back costs more than most of our statements do. mysqlclient, which Open edX
runs on, takes several in one text (``multi_statements``, on unless ``OPTIONS`` turn it off),
PyMySQL where ``client_flag`` asks for it. On any other connection they go one after the other, with
the same answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.transaction import get_connection

# As both drivers and the protocol have it: CLIENT_MULTI_STATEMENTS.
_TAKES_SEVERAL = 1 << 16
# Values of one packet: at a hundred bytes for each, far below what a server takes (16 MiB).
_MOST_VALUES = 20_000


@dataclass(frozen=True, slots=True)
class Statement:
    """A text with places (``%s``), and what is put there."""

    text: str
    values: Sequence[Any] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows that a statement gives, and the number of the row that it has inserted, if one."""

    rows: Sequence[Sequence[Any]]
    number: int

    @property
    def numbers(self) -> list[int]:
        """The numbers of the rows that it has inserted: told as rows, or of the only one."""
        return [row[0] for row in self.rows] if self.rows else [self.number]


def send(statements: Iterable[Statement]) -> list[Answer]:
    """Carry out these statements in their order; the first that fails raises, and is the last."""
    connection = get_connection()
    with connection.cursor() as cursor:
        if not _takes_several(connection):
            return [_carried_out(cursor, one) for one in statements]
        packets = _packets(statements)
        return list(chain.from_iterable(_together(cursor, one, connection) for one in packets))


def _takes_several(connection: BaseDatabaseWrapper) -> bool:
    flags = getattr(connection.connection, "client_flag", 0)
    return connection.vendor == "mysql" and bool(flags & _TAKES_SEVERAL)


def _packets(statements: Iterable[Statement]) -> Iterator[list[Statement]]:
    """Statements that are sent together."""
    packet: list[Statement] = []
    count = 0
    for one in statements:
        count += len(one.values)
        if packet and count > _MOST_VALUES:
            yield packet
            packet, count = [], len(one.values)
        packet.append(one)
    if packet:
        yield packet


def _carried_out(cursor: Any, one: Statement) -> Answer:
    cursor.execute(one.text, one.values)
    return _answer(cursor)


def _together(
    cursor: Any, packet: Sequence[Statement], connection: BaseDatabaseWrapper
) -> Iterator[Answer]:
    driver = cursor.cursor.cursor
    texts = [driver.mogrify(one.text, one.values) for one in packet]
    cursor.execute(";\n".join(texts))
    # Below the cursors by which Django looks at each statement.
    with connection.wrap_database_errors:
        yield _answer(driver)
        while driver.nextset():
            yield _answer(driver)


def _answer(cursor: Any) -> Answer:
    rows = cursor.fetchall() if cursor.description else ()
    return Answer(rows, cursor.lastrowid or 0)
