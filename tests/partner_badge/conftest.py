"""The badge in a course with real agreements, drawn by a plain XBlock runtime."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from opaque_keys.edx.keys import UsageKey
from xblock.field_data import FieldData, ReadOnlyFieldData
from xblock.fields import ScopeIds
from xblock.reference.user_service import UserService, XBlockUser
from xblock.runtime import DictKeyValueStore, KvsFieldData
from xblock.test.tools import TestRuntime

from fairgate import clock, stand_in
from partner_badge import PartnerBadgeXBlock

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
START = datetime(2027, 10, 1, 8, tzinfo=UTC)
USAGE = "block-v1:ATC+SPECTRUM101+2026_T4+type@partner_badge+block@partners"


class People(UserService):
    """Whoever looks: an author of the course, or not."""

    def __init__(self, *, is_author: bool) -> None:
        self.user = XBlockUser(is_current_user=True)
        self.user.opt_attrs = {"edx-platform.user_role": "staff" if is_author else "student"}
        super().__init__()

    def get_current_user(self) -> XBlockUser:
        return self.user


class Platform:
    """The platform's part: keys are read as they are, the course starts when the test says."""

    start: datetime | None = START
    request: Any = None

    def course_key_of(self, block: Any) -> str:
        return str(block.scope_ids.usage_id.context_key)

    def course_start_of(self, block: Any) -> datetime | None:
        return self.start

    def current_request(self) -> Any:
        return self.request

    def certificate_by_number(self, number: str) -> None:
        """Nobody has a certificate: every page of one is a preview."""


@pytest.fixture(autouse=True)
def platform(monkeypatch: pytest.MonkeyPatch) -> Platform:
    there = Platform()
    monkeypatch.setattr(stand_in, "_platform", there)
    return there


@pytest.fixture(autouse=True)
def now() -> Iterator[list[datetime]]:
    """The time it is; a test may change it."""
    moment = [NOW]
    clock.use(lambda: moment[0])
    yield moment
    clock.use(None)


@pytest.fixture
def badge() -> Callable[..., PartnerBadgeXBlock]:
    """Makes a block: ``badge(layout="card")``, ``badge(is_author=True)``.

    ``is_read_only``: with the settings as the LMS and Studio's preview hand them to a block.
    """

    def make(
        *,
        is_author: bool = False,
        is_read_only: bool = False,
        usage: str = USAGE,
        services: dict[str, Any] | None = None,
        **settings: Any,
    ) -> PartnerBadgeXBlock:
        def load(field_data: FieldData) -> PartnerBadgeXBlock:
            people = People(is_author=is_author)
            known = {"field-data": field_data, "user": people, **(services or {})}
            key = UsageKey.from_string(usage)
            ids = ScopeIds(None, "partner_badge", key, key)
            return PartnerBadgeXBlock(TestRuntime(services=known), scope_ids=ids)

        stored = KvsFieldData(DictKeyValueStore())
        block = load(stored)
        for name, value in settings.items():
            setattr(block, name, value)
        block.save()
        return load(ReadOnlyFieldData(stored)) if is_read_only else block

    return make
