"""One clock, in UTC, that the demo may turn."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from fairgate import clock


@pytest.fixture
def turned_clock():
    moment = datetime(2026, 11, 23, 23, 59, 59, tzinfo=UTC)
    before = clock._source
    clock.use(lambda: moment)
    yield moment
    clock.use(before)


def test_it_tells_what_its_source_tells(turned_clock):
    assert clock.now() == turned_clock


def test_the_day_is_the_day_in_utc():
    in_fiji = timezone(timedelta(hours=12))
    assert clock.utc_day(datetime(2026, 11, 24, 11, 59, tzinfo=in_fiji)) == date(2026, 11, 23)


def test_a_moment_without_a_zone_has_no_day():
    with pytest.raises(ValueError, match="has no time zone"):
        clock.utc_day(datetime(2026, 11, 24))  # noqa: DTZ001 - the fault under test
