"""A published course with a gate, who is who, and a fee_payments that a test can direct."""

from __future__ import annotations

from datetime import datetime

import pytest
from factories.fee_gate import AT, COURSE, FEE, PAYER, Payments, Platform, marker_course
from fee_gate import services

from fairgate import clock


@pytest.fixture
def at() -> datetime:
    clock.use(lambda: AT)
    yield AT
    clock.use(None)


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Platform:
    stand_in = Platform(outlines={COURSE: marker_course()})
    monkeypatch.setattr("fairgate.stand_in._platform", stand_in)
    return stand_in


@pytest.fixture
def payments(monkeypatch: pytest.MonkeyPatch) -> Payments:
    door = Payments(entitled={PAYER: frozenset({FEE})})
    monkeypatch.setattr("fee_gate.client._payments", lambda: door)
    return door


@pytest.fixture
def published(platform: Platform, payments: Payments, at: datetime, db: None) -> Platform:
    """The marker course, published and counted."""
    services.recompute(COURSE)
    return platform


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """One request's memory, as the platform keeps it."""
    kept: dict[str, object] = {}
    monkeypatch.setattr("fee_gate.compat.request_memory", lambda: kept)
    return kept
