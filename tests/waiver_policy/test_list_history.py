"""Whatever is loaded, applied or confirmed later: an answer as known at a moment never changes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from factories import waiver_policy as make
from waiver_policy import api
from waiver_policy.exceptions import NothingToPropose

COUNTRIES = ("LA", "NP", "BD")
CODES = ("LDC", "R4L_A")
DAYS = [date(2020, 1, 1), date(2026, 11, 23), date(2026, 11, 24), date(2029, 1, 1)]
ends = st.sampled_from(["", "2026-11-24", "2029-01-01"])
members = st.dictionaries(st.sampled_from(COUNTRIES), ends, min_size=1)


def un_text(found, *, asked):
    return make.list_text(
        *(
            {
                "iso3166_alpha2": country,
                "until_date": end,
                "until_precision": "day" if end else "",
                "status": "scheduled" if end else "current",
                "alt_until_date": "2031-01-01" if asked and end else "",
            }
            for country, end in sorted(found.items())
        )
    )


def named_text(found, *, value):
    return make.named_text(
        *(
            {
                "iso3166_alpha2": country,
                "until_date": end,
                "until_precision": "day" if end else "",
                "value": value,
            }
            for country, end in sorted(found.items())
        )
    )


class Lists(RuleBasedStateMachine):
    """Two people who change lists as time goes by, and a reader who writes every answer down."""

    def __init__(self):
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()

    def teardown(self):
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    @initialize()
    def begin(self):
        self.now = make.LONG_AGO
        self.seen = {}
        make.lists(un_text({"LA": "2026-11-24"}, asked=True), known_from=self.now)
        make.lists(named_text({"LA": ""}, value="1"), known_from=self.now)

    @rule(found=members, asked=st.booleans())
    def another_edition_of_the_un_list(self, found, asked):
        self._apply(un_text(found, asked=asked))

    @rule(found=members, value=st.sampled_from(["1", "2"]))
    def another_edition_of_a_table(self, found, value):
        self._apply(named_text(found, value=value))

    def _apply(self, text):
        self.now += timedelta(hours=1)
        try:
            proposal = make.propose(text, at=self.now)
        except NothingToPropose:
            return
        self.now += timedelta(hours=1)
        api.apply_edition(proposal.uuid, by=make.operator("bo"), at=self.now)

    @rule(found=members)
    def a_proposal_that_is_rejected(self, found):
        self.now += timedelta(hours=1)
        try:
            proposal = make.propose(un_text(found, asked=False), at=self.now)
        except NothingToPropose:
            return
        bo = make.operator("bo")
        api.reject_edition(proposal.uuid, by=bo, reason="No.", at=self.now)

    @precondition(lambda self: api.list_contested(known_at=self.now))
    @rule()
    def a_confirmation(self):
        self.now += timedelta(hours=1)
        row = api.list_contested(known_at=self.now)[0]
        bo = make.operator("bo")
        api.confirm_membership(row.list_code, row.country, by=bo, note="Seen.", at=self.now)

    @rule()
    def time_goes_by(self):
        self.now += timedelta(days=30)

    @rule()
    def somebody_writes_the_answers_down(self):
        self.seen[self.now] = self._answers(self.now)
        self.now += timedelta(seconds=1)

    @invariant()
    def what_was_known_is_what_was_known(self):
        for moment, answers in self.seen.items():
            assert self._answers(moment) == answers

    @invariant()
    def a_country_is_on_a_list_once_at_a_time(self):
        for code in CODES:
            for day in DAYS:
                found = [row.country for row in api.list_members(code, on=day, known_at=self.now)]
                assert len(found) == len(set(found))

    def _answers(self, moment):
        return {
            (code, day): api.list_members(code, on=day, known_at=moment)
            for code in CODES
            for day in DAYS
        }


@pytest.mark.django_db
def test_an_answer_as_known_at_a_moment_never_changes():
    run_state_machine_as_test(
        Lists,
        settings=settings(
            max_examples=12,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
