"""Whatever happens to an agreement: what is in force follows from the records."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from factories.partnerships import load, terms_text, version_text
from machines import lives
from partnerships import api, exceptions, models
from partnerships.data import Standing

FIRST, LAST = date(2026, 10, 1), date(2027, 9, 30)
COUNTER = iter(range(1_000_000))


class AgreementLife(RuleBasedStateMachine):
    """A small model beside the app: time only goes on, records are only added."""

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(2026, 9, 1, tzinfo=UTC)
        self.sides: list[str] = []
        self.is_suspended = False
        self.cleared_until: date | None = date(2030, 12, 31)
        self.history: list[tuple[datetime, bool]] = []

    @initialize()
    def a_draft_is_loaded(self) -> None:
        name = next(COUNTER)
        self.agreement = f"LIFE-{name}"
        self.course = f"course-v1:ATC+LIFE{name}+2026"
        load(terms_text(version_text(agreement=self.agreement, courses=[self.course])), at=self.now)
        api.record_due_diligence(
            "GSMA", accepted=True, expires_on=date(2030, 12, 31), by="officer", at=self.now
        )
        self.uuid = models.AgreementVersion.objects.get(agreement__code=self.agreement).uuid

    @rule(days=st.integers(min_value=0, max_value=200), seconds=st.integers(0, 86_399))
    def time_goes_on(self, days: int, seconds: int) -> None:
        self.now += timedelta(days=days, seconds=seconds)

    @rule(side=st.sampled_from(("host", "partner")))
    def a_side_signs(self, side: str) -> None:
        try:
            api.sign(self.uuid, side=side, by="Somebody", at=self.now)
        except exceptions.AlreadySigned:
            assert side in self.sides
        else:
            assert side not in self.sides
            self.sides.append(side)

    @rule()
    def it_is_suspended(self) -> None:
        try:
            api.suspend(self.agreement, by="officer", reason="Review", at=self.now)
        except exceptions.AlreadySuspended:
            assert self.is_suspended
        else:
            assert not self.is_suspended
            self.is_suspended = True

    @rule()
    def it_is_resumed(self) -> None:
        try:
            api.resume(self.agreement, by="officer", reason="Cleared", at=self.now)
        except exceptions.NotSuspended:
            assert not self.is_suspended
        else:
            assert self.is_suspended
            self.is_suspended = False

    @rule(accepted=st.booleans(), days=st.integers(min_value=0, max_value=400))
    def due_diligence_is_recorded(self, accepted: bool, days: int) -> None:
        until = self.now.date() + timedelta(days=days)
        api.record_due_diligence(
            "GSMA", accepted=accepted, expires_on=until, by="officer", at=self.now
        )
        self.cleared_until = until if accepted else None

    @invariant()
    def the_version_is_in_force_exactly_when_the_model_says_so(self) -> None:
        today = self.now.date()
        expected = (
            len(self.sides) == 2
            and not self.is_suspended
            and FIRST <= today <= LAST
            and self.cleared_until is not None
            and today <= self.cleared_until
        )
        version = api.version(self.uuid, at=self.now)
        assert version.is_in_force == expected
        assert (version.standing is Standing.IN_FORCE) == expected
        marks = {mark.partner for mark in api.branding_for(self.course, at=self.now)}
        assert ("GSMA" in marks) == expected
        assert (api.terms_for(self.course, at=self.now) is not None) == expected
        self.history.append((self.now, expected))

    @invariant()
    def what_was_in_force_before_the_last_record_stays_so(self) -> None:
        past = [entry for entry in self.history if entry[0] < self.now]
        for moment, expected in past[-1:]:
            last_at_that_moment = [was for at, was in self.history if at == moment][-1]
            assert api.version(self.uuid, at=moment).is_in_force == last_at_that_moment
            assert expected == last_at_that_moment


@pytest.mark.django_db
def test_what_is_in_force_follows_from_the_records_in_every_life(database: Any) -> None:
    # Each life has an agreement and a course of its own; GSMA is cleared anew at each start, dated
    # before, so lives run one after the other in the same tables.
    def fresh() -> AgreementLife:
        models.DueDiligenceCheck.objects.all()._raw_delete("default")
        return AgreementLife()

    run_state_machine_as_test(
        fresh,
        settings=settings(
            max_examples=lives(12),
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
