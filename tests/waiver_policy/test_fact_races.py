"""What a learner says at the same moment, twice or beside others."""

from __future__ import annotations

from functools import partial

import pytest

from factories import waiver_policy as make
from races import ISOLATIONS, errors, race
from waiver_policy import api, models

pytestmark = pytest.mark.mariadb

WAYS = pytest.mark.parametrize(
    ("isolation", "atomic"),
    [
        pytest.param(isolation, atomic, id=f"{isolation}, {'outer' if atomic else 'own'}")
        for isolation in ISOLATIONS
        for atomic in (False, True)
    ],
)


@pytest.fixture(autouse=True)
def by_income():
    rules = (
        "  - {label: low, when: {lt: {field: income, value: 1000}},"
        " benefit: {kind: percent_off, percent: 100}}\n"
    )
    make.lists()
    make.policy(make.policy_text(rules))


def say(user_id, income):
    call = partial(
        api.state_facts, user_id, {"income": income}, offering_code=make.COURSE, at=make.EVE
    )

    def run():
        # As a view does under ATOMIC_REQUESTS: something was read, the snapshot is old.
        list(models.StatedFact.objects.all())
        return call()

    return run


@WAYS
def test_what_is_sent_several_times_at_once_is_one_statement(isolation, atomic):
    outcomes = race(*(say(1, "800") for _ in range(6)), isolation=isolation, atomic=atomic)
    assert errors(outcomes) == []
    assert models.StatedFact.objects.count() == 1
    assert len({outcome.value[0].statement for outcome in outcomes}) == 1


@WAYS
def test_what_several_people_say_at_once_is_all_kept(isolation, atomic):
    calls = (say(user_id, str(user_id)) for user_id in range(1, 7))
    outcomes = race(*calls, isolation=isolation, atomic=atomic)
    assert errors(outcomes) == []
    said = models.StatedFact.objects.order_by("user_id").values_list("user_id", "value")
    assert list(said) == [(user_id, user_id) for user_id in range(1, 7)]
