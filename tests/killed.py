"""A worker that dies at one step of its work, played in one process and on SQLite.

A step is every statement (before it is sent), every commit (before it, and right after it, when
nobody has been told yet) and every call of a payment provider (before it is sent, and when its
answer is lost). What dies says nothing more to the database: it neither cleans up nor rolls back by
statements, and what waited for the commit is never told. What was not committed is gone.

``tests/mortal_workers.py`` kills real processes on MariaDB, at a handful of these steps.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import connection

from fee_payments.providers.invoice import InvoiceProvider
from fee_payments.providers.sandbox import Sandbox
from fee_payments.providers.stripe_checkout.provider import StripeCheckout

PROVIDERS = (Sandbox, StripeCheckout, InvoiceProvider)
CALLS = ("start", "refund", "facts", "list_charges")
OURS = ("fee_payments", "waiver_policy", "revenue_share", "demo_site")
UUID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")


class Killed(BaseException):
    """The process is gone. Nothing of ours catches it."""


class Life:
    """What a worker has done so far, step by step, and whether it has died.

    Args:
        ends: whether it dies at the last of these steps.
        counts: the kinds of steps that count: ``statement``, ``commit``, ``call``.
    """

    def __init__(self, ends: Callable[[list[str]], bool], counts: tuple[str, ...]) -> None:
        self.steps: list[str] = []
        self.is_over = False
        self._ends, self._counts = ends, counts

    def step(self, kind: str, what: str) -> None:
        """Come to a step, and die there if this is the one."""
        if not self.is_over and kind in self._counts:
            self.steps.append(what)
            self.is_over = self._ends(self.steps)
        if self.is_over:
            connection.run_on_commit = []
            raise Killed(what)


@contextmanager
def worker(
    *, dies_at: int, counts: tuple[str, ...] = ("statement", "commit", "call")
) -> Iterator[Life]:
    """Work inside, until the work is done or the worker dies at this step, the first being 1."""
    life = Life(lambda steps: len(steps) == dies_at, counts)
    with lived(life):
        try:
            yield life
        except Killed:
            # The memory of a process dies with it.
            cache.clear()


@contextmanager
def lived(life: Life) -> Iterator[None]:
    """Let whatever happens inside be the steps of a life."""
    with pytest.MonkeyPatch.context() as patch, connection.execute_wrapper(_before(life)):
        patch.setattr(connection, "_commit", _committing(life))
        for provider in PROVIDERS:
            for name in CALLS:
                patch.setattr(provider, name, _asking(life, getattr(provider, name)))
        yield


def _before(life: Life) -> Callable[..., Any]:
    def execute(run: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        life.step("statement", sql)
        return run(sql, params, many, context)

    return execute


def _committing(life: Life) -> Callable[[], None]:
    real, undo = connection._commit, connection._rollback

    def commit() -> None:
        try:
            life.step("commit", "before the commit")
        except Killed:
            undo()
            raise
        real()
        life.step("commit", "after the commit")

    return commit


def _asking(life: Life, call: Callable[..., Any]) -> Callable[..., Any]:
    def ask(*args: Any, **kwargs: Any) -> Any:
        life.step("call", f"before {call.__qualname__}")
        answer = call(*args, **kwargs)
        life.step("call", f"after {call.__qualname__}")
        return answer

    return ask


class Chance:
    """Names by chance that are the same in every life that begins at the same number.

    Not the same in two tests: what a process remembers by such a name it would take for its own.
    """

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._test = os.urandom(16)
        self._numbers = itertools.count()
        patch.setattr(os, "urandom", self._drawn)  # what uuid4 is made of

    def begin(self, number: int) -> None:
        self._numbers = itertools.count(number)

    def _drawn(self, length: int) -> bytes:
        drawn = hashlib.sha256(self._test + str(next(self._numbers)).encode()).digest()
        return (drawn * (length // len(drawn) + 1))[:length]


def has_uncommitted() -> bool:
    """Whether a transaction is open: what it has written would be gone if the worker died now."""
    return bool(connection.connection.in_transaction)


class Snapshot:
    """The whole database as it is now; SQLite in memory, so it takes a millisecond."""

    def __init__(self) -> None:
        self._kept = sqlite3.connect(":memory:")
        connection.connection.backup(self._kept)

    def restore(self) -> None:
        """Let it be as it was. Nothing is remembered of what came after it."""
        cache.clear()
        self._kept.backup(connection.connection)

    def digest(self) -> str:
        """The same for two databases that hold the same, whatever was undone on the way."""
        header = 100  # counts the commits
        return hashlib.sha256(self._kept.serialize()[header:]).hexdigest()

    def close(self) -> None:
        self._kept.close()


#: How often something was tried, what it said, of an event which of two told it first, and of a
#: refund whether it was heard to be under way before it was done.
TRIES = ("attempts", "last_error", "next_try_at")
LEFT_OUT = {
    "ProviderEvent": (*TRIES, "outcome", "payload", "sentence"),
    "EnrolmentTask": TRIES,
    "Refund": ("asked_at",),
}


def everything() -> dict[str, list[str]]:
    """Every row of our apps, without what differs from one life to the next.

    Names by chance read the same, a row is named by what is in it, and how often something was
    tried is left out.
    """
    rows = {model: list(model._base_manager.all()) for model in _models_with_rows()}
    names = {model: {row.pk: _told(row, {}) for row in found} for model, found in rows.items()}
    return {
        model.__name__: sorted(_told(row, names) for row in found) for model, found in rows.items()
    }


def _models_with_rows() -> list[Any]:
    models = [model for model in apps.get_models() if model._meta.app_label in OURS]
    asked = (
        f"SELECT {n} WHERE EXISTS (SELECT 1 FROM {model._meta.db_table})"  # noqa: S608 - our tables
        for n, model in enumerate(models)
    )
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(asked))
        return [models[n] for (n,) in cursor.fetchall()]


def _told(row: Any, names: dict[Any, dict[Any, str]]) -> str:
    """The fields of a row; without ``names`` of the others, its own alone."""
    told = []
    left_out = LEFT_OUT.get(type(row).__name__, ())
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if field.primary_key or field.name in left_out:
            continue
        if field.is_relation and field.related_model._meta.app_label in OURS:
            value = names.get(field.related_model, {}).get(value, value) if names else ""
        told.append(f"{field.name}={UUID.sub('#', str(value))}")
    return ", ".join(told)
