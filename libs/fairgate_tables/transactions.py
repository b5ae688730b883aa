"""Transactions that lose a race for a lock, and are run again by who began them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError, transaction

P = ParamSpec("P")
R = TypeVar("R")

#: MySQL and MariaDB: lock wait timeout, deadlock. The server has undone the transaction.
LOST_RACE = (1205, 1213)
_ATTEMPTS = 8


def is_lost_race(error: OperationalError) -> bool:
    """Whether another transaction had the lock, so that the same may be tried once more."""
    return bool(error.args) and error.args[0] in LOST_RACE


def run_again(use_case: Callable[P, R]) -> Callable[P, R]:
    """Run a use case that opens transactions of its own; a lost race for a lock is run again.

    Inside somebody else's transaction there is nothing to run again: the server has undone all of
    it, so the error goes to whoever began it.
    """

    @wraps(use_case)
    def attempt(*args: P.args, **kwargs: P.kwargs) -> R:
        attempts = 1 if transaction.get_connection().in_atomic_block else _ATTEMPTS
        while True:
            attempts -= 1
            try:
                return use_case(*args, **kwargs)
            except OperationalError as error:
                if not attempts or not is_lost_race(error):
                    raise

    return attempt


def in_transaction(use_case: Callable[P, R]) -> Callable[P, R]:
    """Run a use case as one transaction; a lost race for a lock is run again, as above."""

    @wraps(use_case)
    def whole(*args: P.args, **kwargs: P.kwargs) -> R:
        with transaction.atomic():
            return use_case(*args, **kwargs)

    return run_again(whole)


@contextmanager
def one_view() -> Iterator[None]:
    """Read the database as it is at one moment, with as many statements as it takes.

    Nothing is locked and nobody waits. Inside somebody else's transaction its isolation decides; on
    SQLite each statement reads what is there.
    """
    connection = transaction.get_connection()
    if connection.vendor != "mysql" or connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        # For the transaction that begins next, and no other. Django asks for READ COMMITTED, where
        # each statement would see what was committed since the one before.
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    with transaction.atomic():
        yield
