"""Facts that a policy asks for: stated, confirmed, kept as history, and known to the decision."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from factories import waiver_policy as make
from fairgate.documents import DocumentErrors
from fairgate.money import Money
from fairgate.percent import Percent
from waiver_policy import api, models, page_facts, wording_facts
from waiver_policy.data import Applicant, AskedFact, EvidenceKind, FactKind
from waiver_policy.exceptions import (
    ApplicationClosed,
    FactFault,
    InvalidFact,
    InvalidReview,
    NotEligible,
    OutOfTurn,
    UnknownApplication,
)
from waiver_policy.rules import stated
from waiver_policy.rules.asking import asked_facts
from waiver_policy.rules.language import read_documents, read_policies
from waiver_policy.rules.vectors import read_vectors
from waiver_policy.selectors.facts import with_facts
from waiver_policy.services import facts as services

DECLARED, DOCUMENT = EvidenceKind.DECLARED, EvidenceKind.DOCUMENT
INSTITUTION = EvidenceKind.INSTITUTION
ONE_DAY = timedelta(days=1)
LOW_INCOME = (
    "  - {label: low, when: {lt: {field: income, value: 1000}},"
    " benefit: {kind: percent_off, percent: 100}}\n"
)
STUDENT = "  - {label: student, when: {flag: student}, benefit: {kind: percent_off, percent: 50}}\n"


def policy_of(rules, extra=""):
    (found,) = read_policies(make.policy_text(rules, extra=extra), file="p")
    return found


def asked(rules, extra=""):
    return {one.name: one for one in asked_facts(policy_of(rules, extra), {})}


def rule(when, label="r"):
    return f"  - {{label: {label}, when: {when}, benefit: {{kind: percent_off, percent: 10}}}}\n"


# --- What a policy asks ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "kind"),
    [
        ("{lt: {field: x, value: 5}}", FactKind.NUMBER),
        ("{gt_field: [x, y]}", FactKind.NUMBER),
        ("{eq: {field: x, value: 3}}", FactKind.NUMBER),
        ("{eq: {field: x, value: true}}", FactKind.TRUTH),
        ("{flag: x}", FactKind.TRUTH),
        ("{in: {field: x, values: [a, b]}}", FactKind.CHOICE),
        ("{has: x}", FactKind.TEXT),
        ("{all: [{has: x}, {ge: {field: x, value: 5}}]}", FactKind.NUMBER),
        ("{every: {over: x, that: {in_group: {group: LDC}}}}", FactKind.COUNTRIES),
        ("{in_group: {group: LDC, grace: {years: 1, starts: x}}}", FactKind.DAY),
        ("{not: {any: [{flag: x}]}}", FactKind.TRUTH),
    ],
)
def test_how_a_fact_is_compared_says_what_is_asked(when, kind):
    assert asked(rule(when))["x"].kind is kind


def test_a_choice_offers_the_words_that_the_policy_compares():
    one = asked(rule("{any: [{eq: {field: x, value: b}}, {in: {field: x, values: [a, b]}}]}"))
    assert one["x"].choices == ("b", "a")


def test_a_fact_that_is_compared_in_two_ways_is_asked_of_nobody():
    both = "{any: [{lt: {field: x, value: 5}}, {eq: {field: x, value: low}}]}"
    assert asked(rule(both)) == {}


def test_what_the_suite_knows_itself_is_asked_of_nobody():
    own = (
        "{any: [{eq: {field: payer_class, value: academia}}, {has: documents}, {has: country},"
        " {has_grant: {policy: other}}, {has: enrolment}]}"
    )
    assert asked(rule(own)) == {}


def test_a_day_that_lists_are_asked_for_can_be_stated_and_that_of_the_application_cannot():
    assert asked(make.LDC_FREE) == {}
    found = asked(make.LDC_FREE, "  group_date_basis: enrolment\n")
    assert (found["enrolment"].kind, found["enrolment"].is_date) == (FactKind.DAY, True)


def test_a_grace_period_is_asked_for_by_the_learner_and_extended_by_somebody_else():
    found = asked(
        rule("{in_group: {group: LDC, grace: {years: 1, on_request: true, extendable: true}}}")
    )
    assert found["grace_requested"].asks_learner
    assert not found["grace_extended_until"].asks_learner


def test_a_table_by_a_fact_takes_any_word():
    table = (
        "  - {label: t, when: {eq: {field: x, value: a}},"
        " benefit: {kind: lookup_price, table: FEES, by: x, currency: USD}}\n"
    )
    assert asked(table)["x"].kind is FactKind.TEXT


def test_everything_in_a_policy_counts_and_what_another_policy_says_of_a_fact_comes_second():
    extra = (
        "  unless: {flag: u}\n  preconditions: {has: p}\n  auto_approve_when: {flag: a}\n"
        "  add_on: [{label: add, when: {flag: d}, benefit: {kind: percent_off, percent: 1}}]\n"
        "  facts: {u: {title: Ours}}\n"
    )
    other = policy_of(rule("{flag: o}") + rule("{flag: u}", "s"), "  facts: {u: {title: Theirs}}\n")
    ours = policy_of(rule("{flag: r}"), extra)
    found = {one.name: one.title for one in asked_facts(ours, {"other": other})}
    assert found == {"u": "Ours", "p": "", "a": "", "d": "", "r": "", "o": ""}


def test_nobody_is_asked_anything_where_no_policy_decides():
    assert asked_facts(None, {}) == ()


def test_a_fact_whose_name_breaks_a_list_of_names_is_asked_of_nobody():
    assert asked(rule('{flag: "a, b"}')) == {}
    assert asked(rule(f"{{flag: {'x' * 101}}}")) == {}


def test_who_nominates_says_what_a_nomination_says():
    (policy,) = read_policies(make.FELLOWSHIP, file="p")
    assert [one.name for one in asked_facts(policy, {})] == ["registered_for_meeting"]


def test_a_policy_says_in_its_own_words_what_it_asks_and_how_it_has_to_be_known():
    found = asked(
        LOW_INCOME,
        "  facts: {income: {title: What you earn, unit: USD, help: Before tax., "
        "strength: document, ask: false}}\n",
    )["income"]
    assert (found.title, found.unit, found.help) == ("What you earn", "USD", "Before tax.")
    assert (found.strength, found.asks_learner) == (DOCUMENT, False)


def test_by_itself_a_fact_has_to_be_known_from_somebody_else():
    assert asked(LOW_INCOME)["income"].strength is INSTITUTION


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ("{incme: {title: x}}", "facts.incme: no condition asks for this fact; did you mean"),
        ("{payer_class: {title: x}}", "nobody can state this"),
        ("{income: {}}", "title, unit, help, strength or ask is needed"),
        ("{income: {titel: x}}", "did you mean “title”?"),
        ("{income: {strength: nomination}}", "it is one of declared, document, institution"),
        ("{income: {ask: maybe}}", "true or false is needed"),
        ("{income: {title: ''}}", "a text is needed"),
        ('{income: {title: "a\\u2028b"}}', "one line of letters"),
        (f"{{income: {{unit: {'x' * 41}}}}}", "at most 40"),
        ("[income]", "a mapping of facts"),
        ("{}", "a mapping of facts"),
    ],
)
def test_what_cannot_be_said_of_a_fact_is_a_fault_with_its_place(facts, words):
    with pytest.raises(DocumentErrors) as error:
        policy_of(LOW_INCOME, f"  facts: {facts}\n")
    assert words in str(error.value)
    assert "facts" in str(error.value)


@pytest.mark.parametrize(
    ("known", "words"),
    [("[x]", "how they are known is needed"), ("{x: ip}", "it is one of declared, document")],
)
def test_how_a_fact_is_known_in_a_vector_is_one_of_the_words(known, words):
    policy = policy_of(LOW_INCOME)
    text = (
        f"- {{policy: {make.SLUG}, as_of: '2026-11-22', person: {{known: {known}}},"
        " expect: {label: null}}\n"
    )
    with pytest.raises(DocumentErrors, match=words):
        read_vectors(text, file="v", policies={make.SLUG: policy})


def test_a_policy_without_the_key_has_the_text_and_the_hash_that_it_had():
    (document,) = read_documents(make.policy_text(LOW_INCOME), file="p")
    assert "facts" not in document.text


# --- Values ---------------------------------------------------------------------------------------


def of(kind, *choices):
    return AskedFact(name="x", kind=kind, choices=choices)


def read(said, kind, *choices):
    return stated.read_value(said, of(kind, *choices), countries={"UG", "HT", "NA"})


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("1200", 1200), (" 12.50 ", Decimal("12.5")), ("-3", -3), ("0012", 12), (7, 7), ("3.0", 3),
        ("١٢٫٥", Decimal("12.5")), ("१२", 12), ("\u22125", -5), (Decimal("2.50"), Decimal("2.5")),
        ("-0", 0), ("", None), ("  ", None), (None, None),
    ],
)  # fmt: skip
def test_a_number_is_written_in_the_digits_of_any_script(said, value):
    found = read(said, FactKind.NUMBER)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("1e3", "no_number"),
        ("NaN", "no_number"),
        ("Infinity", "no_number"),
        ("1,000", "no_number"),
        ("1_000", "no_number"),
        ("0x10", "no_number"),
        ("--1", "no_number"),
        ("1 000", "no_number"),
        ("USD 5", "no_number"),
        (True, "no_number"),
        (1.5, "no_number"),
        ([1], "no_number"),
        (Decimal("NaN"), "no_number"),
        (Decimal("Infinity"), "long_number"),
        (10**15, "long_number"),
        (Decimal("1e999999"), "long_number"),
        ("9" * 16, "long_number"),
        ("1.23456", "long_number"),
        (Decimal("1e-99"), "long_number"),
        ("²", "no_number"),
        ("1\n2", "no_number"),
    ],
)
def test_what_is_no_plain_number_is_told(said, fault):
    with pytest.raises(InvalidFact) as error:
        read(said, FactKind.NUMBER)
    assert error.value.fault == fault


@pytest.mark.parametrize(
    ("said", "kind", "value"),
    [
        ("yes", FactKind.TRUTH, True),
        ("no", FactKind.TRUTH, False),
        (False, FactKind.TRUTH, False),
        ("a", FactKind.CHOICE, "a"),
        ("none_of_these", FactKind.CHOICE, "none_of_these"),
        (" Ħal Qormi ", FactKind.TEXT, "Ħal Qormi"),
        ("2026-11-24", FactKind.DAY, date(2026, 11, 24)),
        (date(2026, 11, 24), FactKind.DAY, date(2026, 11, 24)),
        (["ht", "UG", "HT", ""], FactKind.COUNTRIES, ("HT", "UG")),
        (["NA"], FactKind.COUNTRIES, ("NA",)),
        ([], FactKind.COUNTRIES, None),
        (["", " "], FactKind.COUNTRIES, None),
    ],
)
def test_every_kind_of_value_is_read(said, kind, value):
    assert read(said, kind, "a", "b") == value


@pytest.mark.parametrize(
    ("said", "kind", "fault"),
    [
        ("true", FactKind.TRUTH, "no_truth"), (1, FactKind.TRUTH, "no_truth"),
        ("c", FactKind.CHOICE, "no_choice"), (["a"], FactKind.CHOICE, "no_choice"),
        ("a\nb", FactKind.TEXT, "unreadable"), ("a\x00", FactKind.TEXT, "unreadable"),
        ("x" * 201, FactKind.TEXT, "long_text"), (5, FactKind.TEXT, "unreadable"),
        ("20261124", FactKind.DAY, "no_day"), ("2026-02-30", FactKind.DAY, "no_day"),
        ("2026-W01-1", FactKind.DAY, "no_day"), (20261124, FactKind.DAY, "no_day"),
        ("0001-01-01", FactKind.DAY, "far_day"), ("9999-12-31", FactKind.DAY, "far_day"),
        (["ZZ"], FactKind.COUNTRIES, "no_country"), ("UG", FactKind.COUNTRIES, "no_country"),
        ([1], FactKind.COUNTRIES, "no_country"), ({"UG": 1}, FactKind.COUNTRIES, "no_country"),
        (["UG"] * 51, FactKind.COUNTRIES, "many_countries"),
    ],
)  # fmt: skip
def test_what_is_no_value_is_told(said, kind, fault):
    with pytest.raises(InvalidFact) as error:
        read(said, kind, "a", "b")
    assert (error.value.fault, error.value.name) == (fault, "x")


@settings(deadline=None)
@given(st.one_of(st.integers(-(10**15) + 1, 10**15 - 1),
                 st.decimals(-(10**9), 10**9, places=4, allow_nan=False)))  # fmt: skip
def test_a_number_comes_back_as_it_was_said(number):
    found = read(f"{number:f}" if isinstance(number, Decimal) else str(number), FactKind.NUMBER)
    assert found == number
    assert stated.restored(json.loads(json.dumps(stated.kept(found))), FactKind.NUMBER) == found


@settings(deadline=None)
@given(st.sampled_from(list(FactKind)), st.one_of(
    st.text(max_size=300), st.integers(), st.booleans(), st.none(), st.floats(),
    st.lists(st.text(max_size=3), max_size=5),
    st.dates(), st.decimals(),
))  # fmt: skip
def test_whatever_is_said_is_a_value_or_a_fault_and_survives_being_kept(kind, said):
    try:
        value = read(said, kind, "a")
    except InvalidFact as error:
        fault: FactFault | None = error.fault
        value = None
    else:
        fault = None
    assert fault is None or fault in set(FactFault)
    assert stated.restored(json.loads(json.dumps(stated.kept(value))), kind) == value


def test_a_number_that_is_too_long_to_be_written_is_told():
    with pytest.raises(InvalidFact):
        read(10**5000, FactKind.NUMBER)


# --- Kept -----------------------------------------------------------------------------------------


@pytest.fixture
def low_income(db):
    make.lists()
    make.policy(make.policy_text(LOW_INCOME))
    make.credit()


def say(*, at=make.EVE, user_id=1, **said):
    return api.state_facts(user_id, said, offering_code=make.COURSE, at=at)


def waiting(user_id=1, at=make.EVE):
    return api.apply(
        make.applicant(user_id, "GU"), offering_code=make.COURSE, note="Please.", at=at
    )


def see(application, value, *, by=9, at=make.EVE, kind=DOCUMENT, name="income", **more):
    return api.record_fact(
        application.uuid, name=name, value=value, kind=kind, by=by, at=at, **more
    )


def decide(at=make.EVE, user_id=1, **more):
    person = Applicant(user_id=user_id, country="GU", **more)
    return api.decide(person, offering_code=make.COURSE, at=at)


def codes(decision):
    return [reason.code for reason in decision.reasons]


@pytest.mark.usefixtures("low_income")
class TestWhatALearnerSays:
    def test_is_kept_with_who_and_when(self):
        (said,) = say(income="800.50")
        assert (said.name, said.value, said.kind) == ("income", Decimal("800.5"), "declared")
        assert (said.user_id, said.recorded_by, said.observed_at) == (1, 1, make.EVE)

    def test_counts_until_something_newer_is_said_and_stays_as_history(self):
        say(income="800")
        say(income="900", at=make.EVE + ONE_DAY)
        found = api.list_facts(1, at=make.EVE + ONE_DAY)
        assert [(one.value, one.counts) for one in found] == [(900, True), (800, False)]
        assert [(one.value, one.counts) for one in api.list_facts(1, at=make.EVE)] == [(800, True)]

    def test_is_one_statement_when_it_is_sent_twice(self):
        assert say(income="800") == say(income="800.0", at=make.EVE + ONE_DAY)
        assert models.StatedFact.objects.count() == 1

    def test_is_taken_back_by_saying_nothing(self):
        say(income="800")
        say(income="", at=make.EVE + ONE_DAY)
        assert decide(at=make.EVE + ONE_DAY).inputs["facts"] == {}
        assert models.StatedFact.objects.count() == 2
        say(income=None, at=make.EVE + 2 * ONE_DAY)
        assert models.StatedFact.objects.count() == 2

    def test_is_taken_back_also_when_nobody_asks_for_it_any_more(self):
        say(income="800")
        make.policy(make.policy_text(make.LDC_FREE), at=make.EVE)
        api.take_back_fact(1, "income", at=make.EVE + ONE_DAY)
        found = api.list_facts(1, at=make.EVE + ONE_DAY)
        assert [one.value for one in found if one.counts] == [None]
        assert api.take_back_fact(1, "income", at=make.EVE + ONE_DAY) == ()

    @pytest.mark.parametrize("name", ["age", "payer_class", "documents", "country", ""])
    def test_is_kept_only_where_a_policy_asks(self, name):
        with pytest.raises(InvalidFact) as error:
            say(**{name: "5"})
        assert error.value.fault == "not_asked"
        assert not models.StatedFact.objects.exists()

    def test_is_kept_whole_or_not_at_all(self):
        make.policy(make.policy_text(LOW_INCOME + STUDENT), at=make.EVE)
        with pytest.raises(InvalidFact):
            say(income="800", student="perhaps")
        assert not models.StatedFact.objects.exists()
        assert len({one.statement for one in say(income="800", student="yes")}) == 1

    def test_is_something(self):
        with pytest.raises(InvalidFact):
            say()

    def test_is_still_asked_by_the_policy_of_their_open_application(self):
        waiting()
        make.policy(make.policy_text(make.LDC_FREE), at=make.EVE)
        assert [one.name for one in api.asked_facts(1, make.COURSE)] == ["income"]
        assert api.asked_facts(2, make.COURSE) == ()
        say(income="800")

    def test_is_not_asked_of_them_where_the_policy_says_so(self):
        hidden = make.policy_text(LOW_INCOME, extra="  facts: {income: {ask: false}}\n")
        make.policy(hidden, at=make.EVE)
        with pytest.raises(InvalidFact):
            say(income="800")
        see(waiting(), "800")

    def test_counts_as_a_message_that_the_reviewer_has_not_read(self):
        one = waiting()
        say(income="800")
        assert api.get_application(one.uuid).message_count == 1
        say(income="800")
        assert api.get_application(one.uuid).message_count == 1

    @pytest.mark.parametrize("pace", [{1: 3}, {1: 9, 90: 3}])
    def test_is_not_kept_endlessly_and_can_be_taken_back_all_the_same(self, monkeypatch, pace):
        monkeypatch.setattr(services, "PACE", pace)
        for hour in range(3):
            say(income=str(hour), at=make.EVE + timedelta(hours=hour))
        with pytest.raises(InvalidFact) as error:
            say(income="8", at=make.EVE + timedelta(hours=4))
        assert error.value.fault == "too_often"
        assert api.take_back_fact(1, "income", at=make.EVE + timedelta(hours=4))
        say(income="8", at=make.EVE + timedelta(days=max(pace), hours=4))

    def test_is_one_statement_also_when_the_earlier_request_comes_second(self):
        first = say(income="800", at=make.EVE)
        assert say(income="800", at=make.EVE - timedelta(milliseconds=5)) == first
        assert models.StatedFact.objects.count() == 1

    def test_is_not_kept_endlessly_either_when_later_requests_come_first(self, monkeypatch):
        monkeypatch.setattr(services, "PACE", {1: 3})
        for earlier in range(3):
            say(income=str(earlier), at=make.EVE - timedelta(milliseconds=earlier))
        with pytest.raises(InvalidFact) as error:
            say(income="8", at=make.EVE - timedelta(milliseconds=3))
        assert error.value.fault == "too_often"

    def test_is_gone_when_they_have_left(self):
        say(income="800")
        say(income="800", user_id=2)
        assert api.retire_person(1, at=make.EVE)["stated facts"] == 1
        assert list(models.StatedFact.objects.values_list("user_id", flat=True)) == [2]


@pytest.mark.usefixtures("low_income")
class TestWhatAReviewerHasSeen:
    def test_stands_over_what_the_learner_says_whatever_is_newer(self):
        see(waiting(), "1500")
        say(income="800", at=make.EVE + ONE_DAY)
        assert decide(at=make.EVE + ONE_DAY).inputs["facts"] == {"income": 1500}

    def test_counts_until_it_lapses(self):
        until = (make.EVE + 10 * ONE_DAY).date()
        see(waiting(), "800", valid_until=until)
        assert decide(at=make.EVE + 9 * ONE_DAY).is_granted
        assert decide(at=make.EVE + 10 * ONE_DAY).outcome == "ask"

    @pytest.mark.parametrize(
        ("more", "fault"),
        [
            ({"kind": DECLARED}, "wrong_kind"), ({"kind": EvidenceKind.IP}, "wrong_kind"),
            ({"kind": EvidenceKind.NOMINATION}, "wrong_kind"), ({"by": 1}, "not_own"),
            ({"name": "age"}, "not_asked"), ({"note": "a\nb"}, "long_note"),
            ({"note": "x" * 256}, "long_note"), ({"valid_until": make.EVE.date()}, "lapsed"),
        ],
    )  # fmt: skip
    def test_is_refused_whole_where_it_cannot_be(self, more, fault):
        with pytest.raises(InvalidFact) as error:
            see(waiting(), "800", **more)
        assert error.value.fault == fault
        assert not models.StatedFact.objects.exists()

    def test_is_not_recorded_by_who_has_a_conflict_of_interest(self):
        one = waiting()
        api.hand_back(one.uuid, by=9, at=make.EVE, has_conflict=True)
        with pytest.raises(InvalidReview):
            see(one, "800")
        assert not models.StatedFact.objects.exists()

    def test_is_about_an_application_that_is_there(self):
        with pytest.raises(UnknownApplication):
            api.record_fact(uuid4(), name="income", value="8", kind=DOCUMENT, by=9, at=make.EVE)

    def test_counts_as_a_message_that_another_reviewer_has_not_read(self):
        one = waiting()
        see(one, "99000", by=8)
        with pytest.raises(OutOfTurn):
            api.approve(one.uuid, by=9, reason="So.", at=make.EVE, award=Percent(100), read=0)
        assert api.get_application(one.uuid).state == "submitted"
        read = api.get_application(one.uuid).message_count
        api.approve(one.uuid, by=9, reason="So.", at=make.EVE, award=Percent(100), read=read)

    def test_is_not_recorded_when_the_application_has_ended(self):
        one = waiting()
        api.withdraw(one.uuid, by=1, at=make.EVE)
        with pytest.raises(ApplicationClosed):
            see(one, "800")
        assert not models.StatedFact.objects.exists()

    def test_can_be_taken_back_once_it_is_there(self):
        one = waiting()
        with pytest.raises(InvalidFact) as error:
            see(one, None)
        assert error.value.fault == "nothing"
        see(one, "800")
        see(one, None, at=make.EVE + ONE_DAY)
        assert decide(at=make.EVE + ONE_DAY).outcome == "ask"


# --- Decisions ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("low_income")
class TestADecision:
    def test_asks_for_what_nobody_has_said(self):
        assert (decide().outcome, codes(decide())) == ("ask", ["FACTS_MISSING"])

    def test_by_what_only_the_learner_says_goes_to_a_person_who_confirms_it(self):
        say(income="800")
        found = decide()
        assert (found.outcome, found.percent, found.rule) == ("review", Percent(0), "low")
        assert codes(found)[-2:] == ["FACTS_TO_CONFIRM", "REVIEW_NEEDED"]
        assert dict(found.reasons[-2].params) == {"facts": "income"}
        assert dict(found.reasons[-1].params) == {"percent": "100"}
        assert any("A person confirms this first: income." in one for one in api.explain(found))

    def test_gives_nobody_a_grant_by_their_own_word(self):
        say(income="800")
        with pytest.raises(NotEligible):
            make.grant(1, country="GU")
        assert not models.WaiverGrant.objects.exists()

    def test_refuses_by_what_the_learner_says_against_themselves(self):
        say(income="1000")
        assert decide().outcome == "refused"

    @pytest.mark.parametrize("kind", [INSTITUTION, DOCUMENT])
    def test_grants_by_what_somebody_else_has_seen(self, kind):
        see(waiting(), "800", kind=kind)
        assert decide().is_granted
        assert make.grant(1, country="GU").percent == Percent(100)

    def test_believes_what_the_caller_states(self):
        say(income="5000")
        found = decide(facts={"income": 800})
        assert (found.is_granted, found.inputs["facts"]) == (True, {"income": 800})
        assert "known" not in found.inputs

    def test_about_nobody_looks_for_nothing(self):
        person = Applicant(user_id=0, country="GU")
        assert with_facts(person, api.asked_facts(1, make.COURSE), at=make.EVE) is person

    def test_keeps_nothing_that_its_policy_does_not_ask(self):
        say(income="800")
        make.policy(make.policy_text(make.LDC_FREE), at=make.EVE)
        inputs = decide().inputs
        assert (inputs["facts"], "known" in inputs) == ({}, False)

    def test_leaves_out_what_is_of_another_kind_than_the_policy_compares_by_now(self):
        say(income="800")
        words = rule("{eq: {field: income, value: low}}")
        make.policy(make.policy_text(words), at=make.EVE)
        assert decide().outcome == "ask"

    def test_costs_no_query_more_where_nothing_is_kept(self):
        decide()
        with CaptureQueriesContext(
            connection,
        ) as nobody:
            decide()
        say(income="800", user_id=2)
        with CaptureQueriesContext(connection) as somebody:
            decide(user_id=2)
        assert len(somebody) == len(nobody) + 1

    def test_replays_to_itself_whatever_is_said_later(self):
        say(income="800.25")
        one = waiting()
        assert one.proposed == Percent(100)
        say(income="700", at=make.EVE + ONE_DAY)
        see(one, "5000", at=make.EVE + ONE_DAY)
        assert [found.differences for found in api.replay_decisions()] == [()]
        inputs = models.DecisionFacts.objects.get().inputs
        assert inputs["known"] == {"income": {"kind": "declared", "changed": False, "unit": ""}}

    def test_of_before_facts_could_be_stated_replays_to_itself(self):
        make.policy(make.policy_text(make.LDC_FREE), at=make.EVE)
        make.grant(1)
        assert "known" not in models.DecisionFacts.objects.get().inputs
        assert [found.state for found in api.replay_decisions()] == ["same"]


def test_a_policy_may_believe_the_learner(db):
    make.lists()
    make.policy(make.policy_text(LOW_INCOME, extra="  facts: {income: {strength: declared}}\n"))
    say(income="800")
    assert decide().is_granted


def test_another_policy_does_not_lower_how_a_fact_has_to_be_known(db):
    make.lists()
    other = make.policy_text(
        rule("{lt: {field: income, value: 10}}"), slug="other-policy",
        extra="  facts: {income: {title: What you earn, strength: declared}}\n",
    )  # fmt: skip
    api.load_policy(other, file="o.yaml", by="operator", at=make.LONG_AGO)
    never_above = "  guarantees: [{never_above: {price_under: other-policy}}]\n"
    make.policy(make.policy_text(LOW_INCOME, extra=never_above))
    say(income="800")
    assert codes(decide())[-2] == "FACTS_TO_CONFIRM"
    (found,) = api.asked_facts(1, make.COURSE)
    assert (found.title, found.strength) == ("What you earn", INSTITUTION)


@pytest.mark.parametrize(
    ("ours", "theirs", "strength", "asks"),
    [
        ("strength: declared", "strength: document", DOCUMENT, True),
        ("strength: document", "strength: declared", DOCUMENT, True),
        ("strength: declared", "strength: declared", DECLARED, True),
        ("strength: declared", "ask: false", INSTITUTION, False),
        ("ask: false", "strength: declared", INSTITUTION, False),
    ],
)
def test_of_policies_that_use_a_fact_the_strictest_says_how_it_has_to_be_known(
    ours, theirs, strength, asks
):
    one, other = (
        policy_of(LOW_INCOME, f"  facts: {{income: {{{said}}}}}\n") for said in (ours, theirs)
    )
    (found,) = asked_facts(one, {"other": other})
    assert (found.strength, found.asks_learner) == (strength, asks)


def test_a_policy_that_does_not_use_a_fact_says_nothing_of_it():
    one = policy_of(LOW_INCOME, "  facts: {income: {strength: declared}}\n")
    (found, _student) = asked_facts(one, {"other": policy_of(STUDENT)})
    assert found.strength is DECLARED


def test_a_policy_may_want_a_document(db):
    make.lists()
    make.policy(make.policy_text(LOW_INCOME, extra="  facts: {income: {strength: document}}\n"))
    see(waiting(), "800", kind=INSTITUTION)
    assert codes(decide())[-2] == "FACTS_TO_CONFIRM"
    see(waiting(), "800")
    assert decide().is_granted


def test_whoever_has_just_said_another_thing_is_looked_at_by_a_person(db):
    make.lists()
    make.policy(make.policy_text(LOW_INCOME, extra="  facts: {income: {strength: declared}}\n"))
    say(income="5000")
    say(income="800", at=make.EVE + ONE_DAY)
    assert codes(decide(at=make.EVE + ONE_DAY))[-2] == "FACTS_TO_CONFIRM"
    assert decide(at=make.EVE + 90 * ONE_DAY).is_granted


def in_unit(unit, *, under=1000, at=make.LONG_AGO, strength="declared"):
    """A policy that asks for an income in this unit, and takes the learner's word for it."""
    rules = rule(f"{{lt: {{field: income, value: {under}}}}}")
    extra = f"  facts: {{income: {{unit: {unit}, strength: {strength}}}}}\n"
    make.policy(make.policy_text(rules, extra=extra), at=at)


@pytest.fixture
def another_unit(db):
    """What was said in euros a month, before the policy asks in dollars a year."""
    make.lists()
    in_unit("EUR a month", under=500)
    say(income="900")
    in_unit("USD a year", at=make.EVE)


@pytest.mark.usefixtures("another_unit")
class TestAnAnswerInAnotherUnit:
    def test_does_not_decide_and_is_asked_for_again(self):
        found = decide(at=make.EVE + ONE_DAY)
        assert (found.outcome, codes(found)) == ("ask", ["FACTS_MISSING"])
        assert found.inputs["facts"] == {}

    def test_is_another_statement_when_the_same_number_is_said_again(self):
        (before,) = api.list_facts(1, at=make.EVE)
        (said,) = say(income="900", at=make.EVE + ONE_DAY)
        assert (before.unit, said.unit) == ("EUR a month", "USD a year")
        assert said.uuid != before.uuid
        assert decide(at=make.EVE + ONE_DAY).is_granted

    def test_is_no_other_word_than_the_one_in_the_new_unit(self):
        say(income="950", at=make.EVE + ONE_DAY)
        assert decide(at=make.EVE + ONE_DAY).is_granted

    def test_can_be_taken_back(self):
        (said,) = api.take_back_fact(1, "income", at=make.EVE + ONE_DAY)
        assert (said.value, said.unit) == (None, "EUR a month")

    def test_stands_among_the_earlier_ones_for_a_reviewer_and_with_its_unit_for_the_learner(self):
        at = make.EVE + ONE_DAY
        (about,) = page_facts.panel(1, make.COURSE, at=at)
        assert about["counting"] == []
        assert [one["value"] for one in about["earlier"]] == ["900 (EUR a month)"]
        asked_for = api.asked_facts(1, make.COURSE)
        (told,) = page_facts.told(1, asked_for, at=at)
        assert (told["label"], told["value"]) == ("Income (EUR a month)", "900")
        (told,) = page_facts.told(1, (), at=at)
        assert told["value"] == "900 (EUR a month)"
        assert page_facts.own_values(asked_for, 1, at=at) == {}


def test_a_price_that_is_kept_is_decided_by_what_was_said_in_its_own_unit(db):
    make.lists()
    in_unit("EUR a month", strength="document")
    say(income="900")
    see(waiting(), "900")
    in_unit("USD a year", at=make.EVE, strength="document")
    later = make.EVE + ONE_DAY
    found = decide(at=later)
    assert (found.is_granted, "PRICE_LOCKED" in codes(found)) == (True, True)
    say(income="5000", at=later)
    assert not decide(at=later).is_granted


def test_a_decision_by_a_fact_with_a_unit_replays_to_itself(db):
    make.lists()
    make.credit()
    in_unit("EUR a month")
    say(income="900")
    make.grant(1, country="GU")
    assert [found.state for found in api.replay_decisions()] == ["same"]


@pytest.mark.parametrize(
    ("rules", "said", "needed"),
    [
        ("{all: [{flag: a}, {flag: b}]}", {"a": "yes", "b": "yes"}, "a, b"),
        ("{any: [{flag: a}, {flag: b}]}", {"a": "yes", "b": "yes"}, "b"),
        ("{all: [{flag: a}, {any: [{flag: b}, {flag: c}]}]}",
         {"a": "yes", "b": "yes", "c": "yes"}, "a, c"),
        ("{all: [{flag: a}, {not: {flag: b}}]}", {"a": "yes", "b": "no"}, "a"),
    ],
)  # fmt: skip
def test_a_reviewer_is_told_what_suffices_once_it_is_confirmed(db, rules, said, needed):
    make.lists()
    make.policy(make.policy_text(rule(rules)))
    say(**said)
    assert dict(decide().reasons[-2].params) == {"facts": needed}


def test_what_does_not_matter_to_the_answer_need_not_be_confirmed(db):
    make.lists()
    make.policy(make.policy_text(LOW_INCOME + make.LDC_FREE))
    say(income="5000")
    person = Applicant(user_id=1, country="UG")
    assert api.decide(person, offering_code=make.COURSE, at=make.EVE).is_granted


def test_a_statement_that_makes_the_waiver_smaller_is_believed(db):
    make.lists()
    half = make.LDC_FREE.replace("label: ldc", "label: half").replace("100", "50")
    half = half.replace("when:", "counts_as: ldc, when:")
    student = half.replace("when: {in_group: {group: LDC}}", "when: {flag: student}")
    make.policy(make.policy_text(student + make.LDC_FREE))
    say(student="yes")
    person = Applicant(user_id=1, country="UG")
    found = api.decide(person, offering_code=make.COURSE, at=make.EVE)
    assert (found.outcome, found.percent) == ("granted", Percent(50))


def less_for_a_high_income(counts_as, caps):
    """Who earns much gets three quarters, everybody else all of it; one person has a grant."""
    make.lists()
    make.credit("600.00")
    rules = (
        "  - {label: partial, when: {gt: {field: income, value: 5000}},"
        f" counts_as: {counts_as}, benefit: {{kind: percent_off, percent: 75}}}}\n"
        "  - {label: full, when: {const: true}, benefit: {kind: percent_off, percent: 100}}\n"
    )
    extra = f"  caps: [{{scope: country, period: year, any_of: [{caps}]}}]\n"
    make.policy(make.policy_text(rules, extra=extra))
    make.grant(9, country="UG")


def test_a_word_does_not_choose_which_limit_is_used_up(db):
    less_for_a_high_income("partial", "{full: 1, partial: 1}")
    say(user_id=2, income="6000")
    found = api.decide(
        Applicant(user_id=2, country="UG"), offering_code=make.COURSE, at=make.EVE
    )  # fmt: skip
    assert (found.outcome, codes(found)[-2:]) == ("review", ["FACTS_TO_CONFIRM", "REVIEW_NEEDED"])
    assert dict(found.reasons[-1].params) == {"percent": "75"}
    with pytest.raises(NotEligible):
        make.grant(2, country="UG")
    assert not models.WaiverGrant.objects.filter(user_id=2).exists()


def test_a_word_that_makes_the_waiver_smaller_is_believed_within_the_same_limit(db):
    less_for_a_high_income("full", "{full: 2}")
    say(user_id=2, income="6000")
    found = api.decide(
        Applicant(user_id=2, country="UG"), offering_code=make.COURSE, at=make.EVE
    )  # fmt: skip
    assert (found.outcome, found.percent) == ("granted", Percent(75))


AUTHORS = "every: {over: authors, that: {in_group: {group: LDC}}}"
OWN = "in_group: {group: LDC}"


def test_a_word_does_not_choose_the_country_that_a_waiver_counts_for(db):
    make.lists()
    make.policy(make.policy_text(rule(f"{{any: [{{{AUTHORS}}}, {{{OWN}}}]}}")))
    person = Applicant(user_id=1, country="UG")
    before = api.decide(person, offering_code=make.COURSE, at=make.EVE)
    say(authors=["RW"])
    found = api.decide(person, offering_code=make.COURSE, at=make.EVE)
    assert found.is_granted
    assert found.inputs["counted_as"]["country"] == "UG"
    assert (found.membership, found.reasons) == (before.membership, before.reasons)


def test_a_smaller_waiver_by_a_word_does_not_count_for_another_country(db):
    make.lists()
    free = make.LDC_FREE.replace("when:", "counts_as: few, when:")
    make.policy(make.policy_text(rule(f"{{{AUTHORS}}}", "few") + free))
    say(authors=["RW"])
    person = Applicant(user_id=1, country="UG")
    found = api.decide(person, offering_code=make.COURSE, at=make.EVE)
    assert (found.outcome, codes(found)[-2]) == ("review", "FACTS_TO_CONFIRM")


def test_a_price_that_nobody_knows_is_not_taken_for_smaller(db):
    make.lists()
    fixed = (
        "  - {label: fixed, counts_as: ldc, when: {flag: student},"
        ' benefit: {kind: fixed_price, amount: "5.00", currency: USD}}\n'
    )
    make.policy(make.policy_text(fixed + make.LDC_FREE))
    say(student="yes")
    person = Applicant(user_id=1, country="UG")
    asked_for = {"offering_code": make.COURSE, "at": make.EVE}
    assert api.decide(person, **asked_for).outcome == "review"
    assert api.decide(person, **asked_for, price=Money("20.00", "USD")).is_granted


def test_a_day_that_a_learner_says_counts_and_gives_nothing_by_itself(db):
    make.lists()
    make.policy(make.policy_text(make.LDC_FREE, extra="  group_date_basis: enrolment\n"))
    late = make.EVE + 2 * ONE_DAY
    person = Applicant(user_id=1, country="LA")
    asked = {"offering_code": make.COURSE, "at": late}
    assert api.decide(person, **asked).outcome == "refused"
    say(enrolment="2026-11-20", at=late)
    found = api.decide(person, **asked)
    assert (found.outcome, found.inputs["dates"]) == ("review", {"enrolment": "2026-11-20"})
    say(enrolment="2026-12-01", at=late + ONE_DAY)
    assert api.decide(person, offering_code=make.COURSE, at=late + ONE_DAY).outcome == "refused"


def test_countries_of_authors_are_compared_as_they_are_listed(db):
    make.lists()
    every = rule("{every: {over: authors, that: {in_group: {group: LDC}}}}")
    make.policy(make.policy_text(every))
    say(authors=["UG", "HT"])
    found = decide()
    assert (found.outcome, found.inputs["facts"]) == ("review", {"authors": ["HT", "UG"]})


def test_a_price_that_is_kept_is_given_by_no_mere_word_either(db):
    make.lists()
    make.policy(make.policy_text(LOW_INCOME))
    say(income="800")
    waiting()
    make.policy(make.policy_text(make.LDC_FREE), at=make.EVE + ONE_DAY)
    found = decide(at=make.EVE + ONE_DAY)
    assert found.outcome == "review"
    assert "PRICE_LOCKED" in codes(found)


@pytest.mark.parametrize("fault", list(FactFault))
def test_every_fault_is_told_in_a_sentence(fault):
    assert wording_facts.fact_fault(InvalidFact(fault)).endswith((".", "12000.50"))
    assert wording_facts.named_fault(InvalidFact(fault, "income")).startswith("income: ")
