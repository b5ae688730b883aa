"""Transactions that lose a race for a lock, and are run again by who began them."""

from __future__ import annotations

from collections.abc import Callable
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
