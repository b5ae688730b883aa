"""A published course with a gate, who is who, and a fee_payments that a test can direct."""

from __future__ import annotations

from datetime import datetime

import pytest
from opaque_keys.edx.keys import UsageKey
from xblock.field_data import FieldData, ReadOnlyFieldData
from xblock.fields import ScopeIds
from xblock.reference.user_service import UserService, XBlockUser
from xblock.runtime import DictKeyValueStore, KvsFieldData, NullI18nService
from xblock.test.tools import TestRuntime

from factories.fee_gate import (
    AT,
    COURSE,
    FEE,
    LEARNER,
    PAYER,
    Payments,
    Platform,
    key,
    marker_course,
)
from fairgate import clock
from fee_gate import services
from fee_gate.block import FeeGateXBlock


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


class People(UserService):
    def __init__(self, user_id):
        self.user = XBlockUser(is_current_user=True)
        self.user.opt_attrs = {"edx-platform.user_id": user_id}
        super().__init__()

    def get_current_user(self):
        return self.user


@pytest.fixture
def gate(published):
    """Makes the gate of the course as one person meets it.

    ``is_read_only``: with the settings as the LMS and Studio's preview hand them to a block.
    """

    def load(user_id, field_data: FieldData):
        usage = UsageKey.from_string(key("fee_gate", "gate"))
        services = {
            "field-data": field_data,
            "user": People(user_id),
            "i18n": NullI18nService(),
        }
        return FeeGateXBlock(
            TestRuntime(services=services),
            scope_ids=ScopeIds(user_id, "fee_gate", usage, usage),
        )

    def make(user_id=LEARNER, *, is_read_only=False, **fields):
        stored = KvsFieldData(DictKeyValueStore())
        block = load(user_id, stored)
        for name, value in {"fee": FEE, **fields}.items():
            setattr(block, name, value)
        if not is_read_only:
            return block
        block.save()
        return load(user_id, ReadOnlyFieldData(stored))

    return make
