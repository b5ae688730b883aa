"""Whatever happens to an agreement: what is in force follows from the records."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from factories.partnerships import (
    clear,
    colleague,
    load,
    sign_paper,
    signatories,
    terms_text,
    version_text,
)
from fairgate.documents import DocumentErrors
from machines import lives
from partnerships import api, exceptions, models
from partnerships.data import Standing

FIRST, LAST = date(2026, 10, 1), date(2027, 9, 30)
COLLEAGUES = st.sampled_from((1, 2, 3))
#: Somebody of the host who acts for the partner as well.
THEIRS = 4
#: Whose user name is “one”.
PROPOSER = 1
ANYBODY = st.sampled_from((1, 2, 3, THEIRS))
COUNTER = iter(range(1_000_000))


def without_clearance(text: str) -> str:
    """Whether the partner is cleared, the machine says, not the file."""
    lines = text.splitlines(keepends=True)
    return "".join(line for line in lines if "due_diligence" not in line)


class AgreementLife(RuleBasedStateMachine):
    """A small model beside the app: time only goes on, records are only added."""

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(2026, 9, 1, tzinfo=UTC)
        self.review = "draft"
        self.submitter = 0
        self.sides: list[str] = []
        self.is_suspended = False
        self.asks_to_resume = 0
        self.proposed: tuple[UUID, date] | None = None
        self.cleared_until: date | None = date(2030, 12, 31)
        self.history: list[tuple[datetime, bool]] = []
        self.last = LAST
        self.asked: tuple[int, date, int] | None = None
        self.hold = "60"
        self.amended: date | None = None

    @initialize(begins=st.sampled_from(("draft", "signed", "ended early")))
    def a_draft_is_loaded(self, begins: str) -> None:
        """Of three lives two begin later: by single steps few would come so far."""
        name = next(COUNTER)
        self.agreement = f"LIFE-{name}"
        self.course = f"course-v1:ATC+LIFE{name}+2026"
        load(self.text("60"), at=self.now)
        api.add_person(THEIRS, partner_code="GSMA", role="officer", at=self.now)
        for partner in ("GSMA", "ATC"):
            api.record_due_diligence(
                partner,
                accepted=True,
                expires_on=date(2030, 12, 31),
                by=colleague("officer"),
                at=self.now,
            )
        clear(at=self.now)
        signatories("Somebody", at=self.now)
        self.uuid = models.AgreementVersion.objects.get(agreement__code=self.agreement).uuid
        if begins != "draft":
            self.everything_is_signed()
        if begins == "ended early":
            self.two_people_end_it()

    def text(self, hold: str) -> str:
        version = version_text(agreement=self.agreement, courses=[self.course])
        return without_clearance(terms_text(version.replace("hold_days: 30", f"hold_days: {hold}")))

    @rule()
    def time_goes_to_a_boundary(self) -> None:
        """The last second in force, or else the first one after."""
        after = datetime.combine(self.last + timedelta(days=1), time(), tzinfo=UTC)
        second_before = after - timedelta(microseconds=1)
        if self.now < second_before:
            self.now = second_before
        elif self.now < after:
            self.now = after

    @rule(days=st.integers(min_value=0, max_value=200), seconds=st.integers(0, 86_399))
    def time_goes_on(self, days: int, seconds: int) -> None:
        self.now += timedelta(days=days, seconds=seconds)

    @rule(by=COLLEAGUES)
    def it_is_submitted(self, by: int) -> None:
        try:
            api.submit(self.uuid, by=by, at=self.now)
        except exceptions.ReviewRefused:
            assert self.review != "draft"
        else:
            assert self.review == "draft"
            self.review, self.submitter = "submitted", by

    @rule(by=COLLEAGUES)
    def it_is_approved(self, by: int) -> None:
        try:
            api.approve(self.uuid, by=by, at=self.now)
        except exceptions.ReviewRefused:
            assert self.review != "submitted"
        except exceptions.SecondPersonNeeded:
            assert by == self.submitter
        else:
            assert (self.review, by == self.submitter) == ("submitted", False)
            self.review = "approved"

    @rule(by=COLLEAGUES)
    def it_is_returned(self, by: int) -> None:
        try:
            api.return_to_draft(self.uuid, by=by, because="A word is missing.", at=self.now)
        except exceptions.ReviewRefused:
            assert self.review == "draft" or self.sides
        else:
            assert self.review != "draft"
            assert not self.sides
            self.review = "draft"

    def everything_is_signed(self) -> None:
        self.it_is_submitted(1)
        self.it_is_approved(2)
        for side in ("host", "partner"):
            self.a_side_signs(side)

    def two_people_end_it(self) -> None:
        self.an_early_end_is_asked_for(1, (FIRST - self.now.date()).days + 30)
        self.the_early_end_is_confirmed(2)

    @rule(side=st.sampled_from(("host", "partner")))
    def a_side_signs(self, side: str) -> None:
        try:
            sign_paper(self.uuid, side, by="Somebody", at=self.now)
        except exceptions.AlreadySigned:
            assert side in self.sides
        except exceptions.NotApproved:
            assert self.review != "approved"
        else:
            assert self.review == "approved"
            assert side not in self.sides
            self.sides.append(side)

    @rule()
    def the_draft_is_loaded_with_another_text(self) -> None:
        hold = "45" if self.hold == "60" else "60"
        text = self.text(hold)
        try:
            load(text, at=self.now)
        except DocumentErrors:
            assert self.review != "draft"
        else:
            assert self.review == "draft"
            self.hold = hold

    @rule(by=COLLEAGUES, days=st.integers(min_value=-5, max_value=300))
    def an_early_end_is_asked_for(self, by: int, days: int) -> None:
        day = self.now.date() + timedelta(days=days)
        try:
            key = api.ask_end(self.uuid, last_day=day, reason="Consent", by=by, at=self.now)
        except exceptions.EndRefused:
            is_wrong_day = not max(self.now.date(), FIRST) <= day < self.last
            assert len(self.sides) < 2 or self.asked is not None or is_wrong_day
        else:
            assert len(self.sides) == 2
            assert self.asked is None
            assert max(self.now.date(), FIRST) <= day < self.last
            self.asked = (key, day, by)

    @rule(by=COLLEAGUES)
    def the_early_end_is_confirmed(self, by: int) -> None:
        if self.asked is None:
            return
        key, day, asked_by = self.asked
        try:
            api.confirm_end(key, by=by, at=self.now)
        except exceptions.SecondPersonNeeded:
            assert by == asked_by
        except exceptions.EndRefused:
            assert self.last == day or day < self.now.date()
        else:
            assert by != asked_by
            assert day >= self.now.date()
            self.last = day

    @rule(by=COLLEAGUES)
    def the_early_end_is_refused(self, by: int) -> None:
        if self.asked is None:
            return
        try:
            api.refuse_end(self.asked[0], because="No", by=by, at=self.now)
        except exceptions.EndRefused:
            assert self.last == self.asked[1]
        else:
            assert self.last != self.asked[1]
            self.asked = None

    @rule(days=st.integers(min_value=-10, max_value=10))
    def it_is_amended_from_a_day_on(self, days: int) -> None:
        first = self.last + timedelta(days=days)
        if self.amended is not None or first <= FIRST:
            return
        follows = "    follows: {version: 1, amendment: 1, reason: More}\n"
        later = version_text(
            agreement=self.agreement,
            version=2,
            courses=[self.course],
            valid_from=first.isoformat(),
            valid_until="2030-01-01",
            promises=follows,
        )
        try:
            load(without_clearance(terms_text(later)), at=self.now)
        except DocumentErrors:
            assert days <= 0
        else:
            assert days > 0
            self.amended = first

    @rule()
    def it_is_suspended(self) -> None:
        try:
            api.suspend(self.agreement, by="officer", reason="Review", at=self.now)
        except exceptions.AlreadySuspended:
            assert self.is_suspended
        else:
            assert not self.is_suspended
            self.is_suspended = True

    @rule(by=ANYBODY)
    def it_is_asked_to_resume(self, by: int) -> None:
        try:
            api.ask_resume(self.agreement, by=by, reason="Cleared", at=self.now)
        except exceptions.NotSuspended:
            assert not self.is_suspended
        except exceptions.SecondPersonNeeded:
            assert by == THEIRS
        except exceptions.ResumeRefused:
            assert self.asks_to_resume
        else:
            assert (self.is_suspended, self.asks_to_resume, by == THEIRS) == (True, 0, False)
            self.asks_to_resume = by

    @rule(by=ANYBODY)
    def it_is_resumed(self, by: int) -> None:
        try:
            api.confirm_resume(self.agreement, by=by, at=self.now)
        except exceptions.ResumeRefused:
            assert not self.asks_to_resume
        except exceptions.SecondPersonNeeded:
            assert by in (self.asks_to_resume, THEIRS)
        else:
            assert by not in (0, self.asks_to_resume, THEIRS)
            assert self.asks_to_resume
            self.is_suspended, self.asks_to_resume = False, 0

    @rule(by=COLLEAGUES)
    def it_is_left_suspended(self, by: int) -> None:
        try:
            api.refuse_resume(self.agreement, because="Not yet", by=by, at=self.now)
        except exceptions.ResumeRefused:
            assert not self.asks_to_resume
        else:
            assert self.asks_to_resume
            self.asks_to_resume = 0

    @rule(days=st.integers(min_value=0, max_value=400))
    def the_partner_is_refused(self, days: int) -> None:
        until = self.now.date() + timedelta(days=days)
        api.record_due_diligence("GSMA", accepted=False, expires_on=until, by="one", at=self.now)
        self.cleared_until = self.proposed = None

    @rule(days=st.integers(min_value=0, max_value=400))
    def due_diligence_is_proposed(self, days: int) -> None:
        until = self.now.date() + timedelta(days=days)
        try:
            api.record_due_diligence(
                "GSMA", accepted=True, expires_on=until, by=colleague("one"), at=self.now
            )
        except exceptions.DiligenceRefused:
            assert self.proposed is not None
            assert self.proposed[1] != until
        else:
            waiting = [
                one
                for one in api.list_proposed_diligence(at=self.now)
                if one.partner == "GSMA" and one.expires_on == until
            ]
            assert bool(waiting) == (until != self.cleared_until)
            self.proposed = (waiting[0].uuid, until) if waiting else self.proposed

    @rule(by=ANYBODY)
    def due_diligence_is_confirmed(self, by: int) -> None:
        if self.proposed is None:
            return
        try:
            api.confirm_due_diligence(self.proposed[0], by=by, at=self.now)
        except exceptions.SecondPersonNeeded:
            assert by in (PROPOSER, THEIRS)
        else:
            assert by not in (PROPOSER, THEIRS)
            self.cleared_until, self.proposed = self.proposed[1], None

    @rule(by=COLLEAGUES)
    def due_diligence_is_turned_down(self, by: int) -> None:
        if self.proposed is None:
            return
        api.refuse_due_diligence(self.proposed[0], because="No papers", by=by, at=self.now)
        self.proposed = None

    def is_in_force_on(self, day: date) -> bool:
        """What the model says of a day from today on, if nothing else happens."""
        return (
            len(self.sides) == 2
            and not self.is_suspended
            and FIRST <= day <= self.last
            and self.cleared_until is not None
            and day <= self.cleared_until
        )

    @invariant()
    def the_version_is_in_force_exactly_when_the_model_says_so(self) -> None:
        expected = self.is_in_force_on(self.now.date())
        version = api.version(self.uuid, at=self.now)
        assert version.is_in_force == expected
        assert (version.standing is Standing.DRAFT) == (self.review == "draft")
        assert (version.standing is Standing.IN_REVIEW) == (
            self.review != "draft" and len(self.sides) < 2
        )
        assert (version.standing is Standing.IN_FORCE) == expected
        is_over = len(self.sides) == 2 and self.now.date() > self.last
        assert (version.standing is Standing.ENDED) == is_over
        marks = {mark.partner for mark in api.branding_for(self.course, at=self.now)}
        assert ("GSMA" in marks) == expected
        assert (api.terms_for(self.course, at=self.now) is not None) == expected
        self.history.append((self.now, expected))

    @invariant()
    def it_is_gone_with_the_first_second_after_its_last_day(self) -> None:
        after = datetime.combine(self.last + timedelta(days=1), time(), tzinfo=UTC)
        for moment in (after - timedelta(microseconds=1), after):
            if moment >= self.now:
                expected = self.is_in_force_on(moment.date())
                assert api.version(self.uuid, at=moment).is_in_force == expected
                marks = api.branding_for(self.course, at=moment)
                assert any(mark.partner == "GSMA" for mark in marks) == expected

    @invariant()
    def what_was_in_force_before_the_last_record_stays_so(self) -> None:
        past = [entry for entry in self.history if entry[0] < self.now]
        for moment, expected in past[-1:]:
            last_at_that_moment = [was for at, was in self.history if at == moment][-1]
            assert api.version(self.uuid, at=moment).is_in_force == last_at_that_moment
            assert expected == last_at_that_moment


@pytest.mark.django_db
def test_what_is_in_force_follows_from_the_records_in_every_life(database: Any) -> None:
    User.objects.create_user("one", pk=PROPOSER)
    User.objects.create_user("theirs", pk=THEIRS)

    # Each life has an agreement and a course of its own; GSMA is cleared anew at each start, dated
    # before, so lives run one after the other in the same tables.
    def fresh() -> AgreementLife:
        models.DueDiligenceCheck.objects.all()._raw_delete("default")
        models.DueDiligenceProposal.objects.all()._raw_delete("default")
        return AgreementLife()

    run_state_machine_as_test(
        fresh,
        settings=settings(
            max_examples=lives(12),
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
