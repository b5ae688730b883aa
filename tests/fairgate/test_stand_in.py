"""The demo may answer for the platform, function by function, or not at all."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from fairgate import stand_in


@stand_in.replaceable
def profile_country(user_id):
    return f"platform {user_id}"


@pytest.fixture
def no_platform():
    before = stand_in._platform
    stand_in.use(None)
    yield
    stand_in.use(before)


@pytest.mark.usefixtures("no_platform")
def test_without_a_stand_in_the_platform_answers():
    assert profile_country(7) == "platform 7"


@pytest.mark.usefixtures("no_platform")
def test_a_stand_in_answers_in_its_place():
    stand_in.use(SimpleNamespace(profile_country=lambda user_id: f"demo {user_id}"))
    assert profile_country(7) == "demo 7"


@pytest.mark.usefixtures("no_platform")
def test_half_a_platform_is_no_platform():
    stand_in.use(SimpleNamespace())
    with pytest.raises(AttributeError):
        profile_country(7)
