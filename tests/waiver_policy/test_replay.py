"""Stored decisions asked again: they come out as they are stored, or the difference is told."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django_countries import countries
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from factories import waiver_policy as make
from fairgate.percent import Percent
from waiver_policy import api, models
from waiver_policy.data import (
    ENGINE_VERSION,
    Applicant,
    CountryEvidence,
    EvidenceKind,
    ReplayState,
)
from waiver_policy.exceptions import WaiverError
from waiver_policy.rules import deciding
from waiver_policy.selectors import decisions, replaying

pytestmark = pytest.mark.django_db


def run(*words):
    out, code = StringIO(), 0
    try:
        call_command("waiver_policy_replay", *words, stdout=out)
    except CommandError as error:
        code = error.returncode
        out.write(str(error))
    return code, out.getvalue()


def changed(field, value, *, table="waiverdecision"):
    """Change stored rows as only somebody with the database's password can."""
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE waiver_policy_{table} SET {field} = %s", [value])  # noqa: S608 - our own words


def confirm(country, *, at):
    api.confirm_membership(
        "LDC", country, by=make.operator("ines"), note="A/81/L.5 says so.", at=at
    )


def provisional(user_id):
    """Whether the newest decision of a person says that their row is contested."""
    row = models.WaiverDecision.objects.filter(user_id=user_id).latest("pk")
    return "LIST_STATUS_PROVISIONAL" in row.codes


@pytest.fixture
def programme():
    make.programme(fund="1000.00")


@pytest.mark.usefixtures("programme")
class TestTheCommand:
    def test_ends_with_0_when_every_decision_is_the_same(self):
        make.grant(1)
        make.grant(2, country="LA")
        assert run() == (
            0,
            "2 decisions: 2 the same, 0 different, 0 different by another engine; "
            "0 cannot be replayed: forgotten.\n",
        )

    def test_names_decision_and_field_and_ends_with_1(self):
        grant = make.grant(1)
        changed("rule", "sids")
        code, told = run()
        assert code == 1
        assert f"{grant.decision_uuid}, rule: stored sids; now ldc\n" in told
        assert "1 decision: 0 the same, 1 different" in told

    def test_tells_the_answers_of_another_engine_apart(self):
        make.grant(1)
        changed("engine_version", "0")
        assert run()[0] == 0
        changed("rule", "sids")
        code, told = run()
        assert code == 1
        assert "now ldc (decided by engine 0, asked of another)" in told
        assert "0 different, 1 different by another engine" in told

    def test_counts_those_that_are_forgotten_apart(self):
        make.grant(1)
        make.grant(2)
        api.retire_person(1, at=make.EVE)
        code, told = run()
        assert code == 0
        assert "2 decisions: 1 the same" in told
        assert "1 cannot be replayed: forgotten." in told

    def test_goes_on_past_a_policy_that_the_rules_of_today_cannot_read(self):
        make.grant(1)
        make.policy(make.policy_text(make.LDC_FREE, slug="other"), slug="other", at=make.EVE)
        make.grant(2)
        models.PolicyVersion.objects.filter(slug=make.SLUG).update(text="no: policy", sha256="0")
        code, told = run()
        assert code == 1
        assert f"policy: stored {make.SLUG} v1; now cannot be asked: {make.SLUG}" in told
        assert "2 decisions: 1 the same, 1 different" in told

    def test_takes_those_since_a_day_or_of_a_policy(self):
        make.grant(1)
        make.grant(2, at=make.EVE + timedelta(days=1))
        make.policy(make.policy_text(make.LDC_FREE, slug="other"), slug="other", at=make.EVE)
        make.grant(3, at=make.EVE + timedelta(days=1))
        assert run("--since", "2026-11-24")[1].startswith("2 decisions:")
        assert run("--policy", "other")[1].startswith("1 decision:")
        assert run("--policy", make.SLUG, "--since", "2026-11-24")[1].startswith("1 decision:")

    def test_refuses_a_policy_that_nobody_knows_with_2(self):
        assert run("--policy", "nobody") == (2, "There is no policy “nobody”.")

    def test_writes_one_json_document(self):
        grant = make.grant(1)
        make.grant(2)
        changed("rule", "sids")
        code, told = run("--json")
        assert code == 1
        found = json.loads(told.splitlines()[0])
        assert found["decisions"] == found["counts"]["differs"] == 2
        assert found["differences"][0] == {
            "decision": str(grant.decision_uuid), "state": "differs", "engine": ENGINE_VERSION,
            "fields": [{"field": "rule", "stored": "sids", "now": "ldc"}],
        }  # fmt: skip

    def test_without_decisions_ends_with_0(self):
        code, told = run("--json")
        assert (code, json.loads(told)["decisions"]) == (0, 0)


@pytest.mark.usefixtures("programme")
class TestAReplay:
    def test_uses_the_country_codes_that_were_known_then(self, monkeypatch):
        make.grant(1, country="UG")
        with suppress(WaiverError):
            make.grant(2, country="XQ")
        known = {**countries.countries, "XQ": "Somewhere new"}
        del known["UG"]
        monkeypatch.setattr("waiver_policy.conf.known_countries", lambda: frozenset(known))
        assert run()[0] == 0

    def test_goes_through_portions(self, monkeypatch):
        monkeypatch.setattr(replaying, "PORTION", 2)
        for number in range(1, 6):
            make.grant(number)
        states = [one.state for one in api.replay_decisions()]
        assert states == [ReplayState.SAME] * 5

    @pytest.mark.parametrize("earlier", [timedelta(0), timedelta(hours=1)])
    def test_knows_no_confirmation_that_was_written_after_the_decision(self, earlier):
        # Clocks of two machines differ: what is written later may be dated earlier.
        make.grant(1, country="BD")
        confirm("BD", at=make.EVE - earlier)
        assert run()[0] == 0
        make.grant(2, country="BD")
        assert (run()[0], provisional(1), provisional(2)) == (0, True, False)

    def test_knows_what_was_confirmed_when_a_price_was_kept(self):
        make.policy(make.policy_text(make.LDC_FREE), at=make.EVE)
        api.keep_price(make.applicant(1, "BD"), offering_code=make.COURSE, at=make.EVE)
        confirm("BD", at=make.EVE)
        make.grant(1, country="BD", at=make.EVE + timedelta(days=2))
        assert (run()[0], provisional(1)) == (0, True)

    @pytest.mark.parametrize("confirms", [False, True])
    def test_of_a_decision_that_kept_no_confirmations_goes_by_their_time(self, confirms):
        if confirms:
            confirm("BD", at=make.EVE)
        make.grant(1, country="BD")
        inputs = models.DecisionFacts.objects.get().inputs
        del inputs["confirmed"]
        changed("inputs", json.dumps(inputs), table="decisionfacts")
        assert (run()[0], provisional(1)) == (0, not confirms)

    def test_of_a_price_that_was_kept_uses_the_rules_of_that_day(self):
        make.policy(make.policy_text(make.LDC_FREE), at=make.EVE)
        api.keep_price(make.applicant(1, "LA"), offering_code=make.COURSE, at=make.EVE)
        make.policy(make.policy_text(make.LDC_FREE.replace("LDC}", "SIDS}")), at=make.EVE)
        row = models.WaiverDecision.objects.get(
            uuid=make.grant(1, country="LA", at=make.EVE + timedelta(days=2)).decision_uuid
        )
        assert (row.version, row.decided_on) == (2, date(2026, 11, 23))
        assert replaying.replay(row) == decisions.to_decision(row)
        assert run()[0] == 0

    def test_keeps_facts_evidence_and_earlier_countries(self):
        extra = (
            "  - {label: low, when: {all: [{in_group: {group: LDC}},"
            " {lt: {field: income, value: 100}}]}, benefit: {kind: percent_off, percent: 50}}\n"
        )
        make.policy(make.policy_text(extra), at=make.EVE)
        with suppress(WaiverError):
            make.grant(7, country="CH")
        person = Applicant(
            user_id=7, country="UG", facts={"income": Decimal("99.9"), "tags": ("a", "b")},
            evidence=(
                CountryEvidence(
                    country="NP", basis="nationality", kind=EvidenceKind.DOCUMENT,
                    observed_at=make.EVE,
                ),
            ),
        )  # fmt: skip
        api.apply(person, offering_code=make.COURSE, note="x", at=make.EVE)
        row = models.WaiverDecision.objects.last()
        assert "COUNTRY_CHANGED" in row.codes
        assert run()[0] == 0

    def test_reads_each_policy_and_list_once(self, django_assert_max_num_queries):
        make.policy(make.policy_text(make.LDC_FREE), at=make.EVE)
        for number in range(1, 31):
            make.grant(number)
        with django_assert_max_num_queries(5):
            assert len(list(api.replay_decisions())) == 30


COUNTRIES = ("UG", "LA", "NP", "FJ", "GU", "KZ", "CH", "XK", "ZZ", "ug", "")
RULES = (
    make.LDC_FREE,
    make.LDC_FREE.replace("group: LDC", "group: LDC, grace: {years: 3}"),
    make.LDC_FREE.replace("LDC", "LLDC").replace("100", "50"),
)
STEPS = st.one_of(
    st.tuples(st.just("decide"), st.integers(1, 3), st.sampled_from(COUNTRIES)),
    st.tuples(st.just("decide"), st.integers(1, 3), st.sampled_from(COUNTRIES)),
    st.tuples(st.just("apply"), st.integers(1, 3), st.sampled_from(COUNTRIES)),
    st.tuples(st.just("keep"), st.integers(1, 3), st.sampled_from(COUNTRIES)),
    st.tuples(st.just("approve"), st.integers(1, 100), st.none()),
    st.tuples(st.just("policy"), st.sampled_from(RULES), st.booleans()),
    st.tuples(st.just("lists"), st.sampled_from(("2026-11-24", "2027-05-01")), st.none()),
    st.tuples(st.just("release"), st.none(), st.none()),
    st.tuples(st.just("wait"), st.integers(1, 40), st.none()),
)


class History:
    """A site on which things happen, one after the other."""

    def __init__(self):
        self.at, self.number = make.EVE, 0

    def decide(self, user_id, country):
        make.grant(user_id, country=country, key=f"key {self.number}", at=self.at)

    def apply(self, user_id, country):
        person = make.applicant(user_id, country)
        api.apply(person, offering_code=make.COURSE, note="please", at=self.at)

    def keep(self, user_id, country):
        api.keep_price(make.applicant(user_id, country), offering_code=make.COURSE, at=self.at)

    def approve(self, percent, _):
        for one in api.list_applications(state="submitted"):
            api.approve(one.uuid, by=99, reason="yes", at=self.at, award=Percent(percent))

    def policy(self, rules, has_cap):
        cap = "  caps: [{scope: country, period: course_run, limit: 1, unit: seats}]\n"
        extra = f"  validity: {{after_approval: P30D}}\n{cap if has_cap else ''}"
        make.policy(make.policy_text(rules, extra=extra), at=self.at)

    def lists(self, until, _):
        make.lists(
            make.list_text({"until_date": until}, {"iso3166_alpha2": "NP", "until_date": until}),
            known_from=self.at,
        )

    def release(self, *_):
        grant = models.WaiverGrant.objects.exclude(live_key=None).first()
        if grant:
            api.release_grant(grant.uuid, at=self.at, reason="unused")

    def wait(self, days, _):
        self.at += timedelta(days=days)

    def happen(self, name, *values):
        self.number += 1
        self.at += timedelta(minutes=1)
        with suppress(WaiverError):
            getattr(self, name)(*values)


@given(st.lists(STEPS, min_size=3, max_size=14))
@settings(max_examples=25, suppress_health_check=list(HealthCheck))
def test_every_decision_of_a_random_history_replays_to_itself(steps):
    with transaction.atomic():
        make.programme(fund="45.00")
        history = History()
        for step in steps:
            history.happen(*step)
        found = list(api.replay_decisions())
        assert [one for one in found if one.state is not ReplayState.SAME] == []
        assert len(found) == models.WaiverDecision.objects.count()
        transaction.set_rollback(True)


def test_forgotten_facts_leave_codes_without_parameters():
    make.programme()
    make.grant(1, country="LA")
    api.retire_person(1, at=make.EVE)
    decision = decisions.to_decision(models.WaiverDecision.objects.get())
    assert [(reason.code, reason.params) for reason in decision.reasons] == [("LIST_MEMBER", {})]
    assert (decision.membership, decision.inputs) == (None, {})
    assert api.explain(decision)


def test_a_question_comes_back_as_it_was_kept():
    question = deciding.Question(
        applicant=Applicant(user_id=1, country="LA"), offering_code="x", at=make.EVE,
        known_at=make.EVE, countries=frozenset({"LA", "UG"}), policy=None,
    )  # fmt: skip
    kept = json.loads(json.dumps(deciding.decide(question).inputs))
    again = deciding.restored(
        kept,
        at=make.EVE,
        policy=None,
        policy_version=0,
        lists={},
        editions={},
        confirmed={},
        policies={},
    )
    assert again.countries == {"LA"}
    assert deciding.decide(again) == deciding.decide(question)
