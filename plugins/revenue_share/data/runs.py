"""Long work that somebody has asked for, and how far it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from revenue_share.data.books import Fault


class RunKind(StrEnum):
    """What is done: a month is closed, or the books are proved."""

    CLOSE = "close"
    CHECK = "check"


class RunState(StrEnum):
    """Where it stands; ``failed``: it was begun several times and came to no end."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Why it was not done: the name of the kind of error, and a sentence for who had asked."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Work that was asked for by a user (their number): ``done`` of ``steps`` are behind it.

    ``period`` is the month of a close, else empty. ``faults`` is what a check has found, ``None``
    before its end and of a close.
    """

    uuid: UUID
    kind: RunKind
    period: str
    state: RunState
    asked_by: int
    asked_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    done: int
    steps: int
    refused: Refused | None
    faults: tuple[Fault, ...] | None
