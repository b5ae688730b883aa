"""Decisions: who is waived how much, when, and why."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import translation
from django.utils.formats import date_format

from factories import waiver_policy as make
from fairgate.money import Money
from fairgate.percent import Percent
from waiver_policy import api, models
from waiver_policy.data import Applicant, Outcome, ReasonCode
from waiver_policy.exceptions import (
    EditionOutOfOrder,
    NotEligible,
    PolicyNotUsable,
    UnknownList,
    UnknownPolicy,
)
from waiver_policy.selectors import decisions, replaying
from waiver_policy.sentences import _BY_CODE

pytestmark = pytest.mark.django_db

GRANTED = Outcome.GRANTED


def decide(country="UG", *, at=make.EVE, known_at=None, **person):
    return api.decide(
        Applicant(user_id=1, country=country, **person), offering_code=make.COURSE, at=at,
        known_at=known_at,
    )  # fmt: skip


def codes(decision):
    return [reason.code for reason in decision.reasons]


@pytest.fixture(autouse=True)
def programme():
    make.programme()


@pytest.mark.parametrize(
    ("country", "outcome", "percent", "reasons"),
    [
        ("UG", "granted", 100, ["LIST_MEMBER"]),
        ("KI", "granted", 100, ["LIST_MEMBER"]),
        ("FJ", "granted", 75, ["LIST_MEMBER"]),
        ("CK", "granted", 75, ["LIST_MEMBER"]),
        ("KZ", "granted", 50, ["LIST_MEMBER"]),
        ("ST", "granted", 100, ["IN_GRACE"]),
        ("BD", "granted", 100, ["LIST_MEMBER", "LIST_STATUS_PROVISIONAL"]),
        ("NP", "granted", 100, ["LIST_MEMBER", "LIST_STATUS_PROVISIONAL"]),
        ("GP", "review", 0, ["LIST_MEMBER", "REVIEW_NEEDED"]),
        ("GU", "review", 0, ["LIST_MEMBER", "REVIEW_NEEDED"]),
        ("BQ", "refused", 0, ["NOT_LISTED"]),
        ("BH", "refused", 0, ["NOT_LISTED"]),
        ("CH", "refused", 0, ["NOT_LISTED"]),
        ("NA", "refused", 0, ["NOT_LISTED"]),
        ("TW", "refused", 0, ["NOT_LISTED"]),
        ("XK", "refused", 0, ["NOT_LISTED"]),
        ("PS", "refused", 0, ["NOT_LISTED"]),
        ("", "ask", 0, ["COUNTRY_MISSING"]),
        ("ZZ", "ask", 0, ["COUNTRY_UNKNOWN"]),
        ("ug", "ask", 0, ["COUNTRY_UNKNOWN"]),
        ("UK", "ask", 0, ["COUNTRY_UNKNOWN"]),
    ],
)
def test_the_shipped_policy_answers_for_a_country(country, outcome, percent, reasons):
    decision = decide(country)
    assert (decision.outcome, decision.percent, codes(decision)) == (
        outcome, Percent(percent), reasons,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("moment", "reason", "rule"),
    [
        (datetime(2026, 11, 23, 23, 59, 59, tzinfo=UTC), "LIST_MEMBER", "ldc"),
        (datetime(2026, 11, 24, 0, 0, 0, tzinfo=UTC), "IN_GRACE", "ldc"),
        (datetime(2029, 11, 23, 23, 59, 59, tzinfo=UTC), "IN_GRACE", "ldc"),
        (datetime(2029, 11, 24, 0, 0, 0, tzinfo=UTC), "LIST_MEMBER", "lldc"),
    ],
)
def test_laos_leaves_the_list_at_midnight_utc_and_its_grace_three_years_later(moment, reason, rule):
    decision = decide("LA", at=moment)
    assert (codes(decision), decision.rule) == ([reason], rule)


def test_the_learners_own_midnight_does_not_count():
    kiritimati = datetime.fromisoformat("2026-11-24T13:59:59+14:00")
    pago_pago = datetime.fromisoformat("2026-11-23T13:00:00-11:00")
    assert codes(decide("LA", at=kiritimati)) == ["LIST_MEMBER"]
    assert codes(decide("LA", at=pago_pago)) == ["IN_GRACE"]


def test_a_moment_without_a_zone_has_no_day():
    with pytest.raises(ValueError, match="has no time zone"):
        decide(at=datetime(2026, 11, 23))  # noqa: DTZ001 - that is what is refused


def test_a_decision_names_everything_that_made_it():
    decision = decide("LA")
    assert decision.editions == ("LDC-1", "LLDC-1", "SIDS-1")
    assert decision.membership == "LDC-1/LA/1971-11-18"
    assert (decision.policy, decision.policy_version, decision.rule) == (make.SLUG, 1, "ldc")
    assert (decision.decided_on, decision.at) == (date(2026, 11, 23), make.EVE)
    assert decision.inputs["country"] == "LA"


def test_deciding_stores_nothing():
    decide()
    assert not models.WaiverDecision.objects.exists()


def test_a_deferral_that_is_decided_late_changes_new_answers_only():
    on_the_day = datetime(2027, 3, 1, tzinfo=UTC)
    learnt = datetime(2026, 11, 30, tzinfo=UTC)
    text = make.SHIPPED_LISTS.read_text(encoding="utf-8").replace(
        "2026-11-24,day,scheduled_graduation,y,y,2029-11-24",
        "2029-11-24,day,scheduled_graduation,y,y,",
    )
    done = make.lists(text, known_from=learnt)
    assert [edition.name for edition in done.created] == ["LDC-2"]
    assert codes(decide("BD", at=on_the_day)) == ["LIST_MEMBER"]
    before = decide("BD", at=on_the_day, known_at=learnt - timedelta(seconds=1))
    assert codes(before) == ["IN_GRACE", "LIST_STATUS_PROVISIONAL"]
    assert before.editions[0] == "LDC-1"


def shrink(*, at):
    """A later edition of the list of LDCs: the Gambia, which is on no other, left it years ago."""
    row = {"iso3166_alpha2": "GM", "until_date": "2020-01-01"}
    make.lists(make.list_text(row), known_from=at)


def test_a_grant_stays_when_the_list_shrinks_and_only_new_ones_are_refused():
    grant = make.grant(country="GM")
    learnt = make.EVE + timedelta(days=1)
    shrink(at=learnt)
    with pytest.raises(NotEligible, match="NOT_LISTED"):
        make.grant(2, country="GM", at=learnt)
    assert api.commit_grant(grant.uuid, at=learnt).percent == Percent(100)
    assert [found.state for found in api.replay_decisions()] == ["same", "same"]


def test_a_correction_for_a_learner_gives_nothing_back_by_itself():
    shrink(at=make.EVE)
    with pytest.raises(NotEligible):
        make.grant(country="GM")
    learnt = make.EVE + timedelta(days=5)
    make.lists(known_from=learnt)
    refused, fund = models.WaiverDecision.objects.get(), api.fund_balance("USD")
    assert decide("GM", at=learnt).outcome == GRANTED
    assert (refused.outcome, fund.reserved) == ("refused", Money("0.00", "USD"))


@pytest.mark.parametrize(
    ("country", "percent"),
    [("CU", 75), ("SD", 100), ("MM", 100), ("YE", 100), ("AF", 100), ("HT", 100)],
)
def test_a_policy_says_who_is_eligible_and_not_who_is_allowed(country, percent):
    """Sanctions are no business of a policy: the platform's own check of the course goes on."""
    assert (decide(country).outcome, decide(country).percent) == (GRANTED, Percent(percent))


def test_a_percentage_that_was_approved_stays_when_the_price_is_raised():
    asked = api.apply(make.applicant(1, "GU"), offering_code=make.COURSE, note="x", at=make.EVE)
    api.approve(asked.uuid, by=9, reason="Yes", award=Percent(40), at=make.EVE)
    for amount in ("100.00", "900.00"):
        price = Money(amount, "USD")
        found = api.decide(
            make.applicant(1, "GU"), offering_code=make.COURSE, at=make.EVE, price=price
        )
        assert found.reduction.of(price) == Percent(40).of(price)


def test_the_same_file_twice_is_nothing_new():
    again = make.lists(known_from=make.EVE)
    assert (again.created, len(again.unchanged)) == ((), 4)
    assert len(api.list_editions()) == 4


def test_an_edition_out_of_order_is_refused_and_nothing_is_loaded():
    with pytest.raises(EditionOutOfOrder, match="known from a later moment"):
        make.lists(make.list_text({}), known_from=make.LONG_AGO)
    assert len(api.list_editions()) == 4


def test_membership_is_asked_by_list_day_and_knowledge():
    held = api.is_member("LDC", "LA", on=date(2026, 11, 23), known_at=make.EVE)
    assert held.until_date == date(2026, 11, 24)
    assert api.is_member("LDC", "LA", on=date(2026, 11, 24), known_at=make.EVE) is None
    early = make.LONG_AGO - timedelta(days=1)
    assert api.is_member("LDC", "LA", on=date(2026, 11, 23), known_at=early) is None
    with pytest.raises(UnknownList, match="“OECD”"):
        api.is_member("OECD", "LA", on=date(2026, 11, 23), known_at=make.EVE)


def test_before_any_list_was_known_a_person_looks():
    decision = decide(known_at=make.LONG_AGO - timedelta(days=1))
    assert (decision.outcome, codes(decision)) == (Outcome.REVIEW, ["LIST_NOT_LOADED"])


def test_a_fact_of_the_wrong_type_is_asked_for():
    rule = (
        "  - {label: low, when: {lt: {field: income, value: 100}},"
        " benefit: {kind: percent_off, percent: 50}}\n"
    )
    make.policy(make.policy_text(rule), at=make.EVE)
    assert codes(decide(facts={"income": "ten"})) == ["EVIDENCE_TOO_WEAK"]
    assert decide(facts={"income": Decimal("99.9")}).percent == Percent(50)


def test_a_decision_replays_to_itself_after_lists_and_policy_have_changed():
    make.grant(country="LA", at=make.EVE)
    row = models.WaiverDecision.objects.get()
    make.policy(make.policy_text(make.LDC_FREE), at=make.EVE)
    make.lists(make.list_text({"until_date": "2020-01-01"}), known_from=make.EVE)
    assert codes(decide("LA", at=make.EVE)) != codes(decisions.to_decision(row))
    assert replaying.replay(row) == decisions.to_decision(row)


def test_one_version_of_a_policy_is_active():
    second = make.policy(make.policy_text(make.LDC_FREE), at=make.EVE)
    states = [(policy.version, policy.state) for policy in api.list_policies()]
    assert (second.version, states) == (2, [(1, "retired"), (2, "active")])


def test_a_known_document_makes_no_new_version():
    assert not make.policy().is_new
    assert len(api.list_policies()) == 1


def test_a_policy_that_cannot_be_applied_is_not_activated():
    rule = (
        "  - {label: a, when: {in_list: {ref: OURS}},"
        " benefit: {kind: lookup_price, table: PRICES}}\n"
    )
    words = r"“OURS” is not one we keep.*“PRICES” is not one we keep"
    with pytest.raises(PolicyNotUsable, match=words):
        make.policy(make.policy_text(rule, slug="other"), slug="other")
    assert [p.state for p in api.list_policies() if p.slug == "other"] == ["draft"]


def test_a_policy_that_is_not_there_is_not_activated():
    with pytest.raises(UnknownPolicy, match="There is no version of"):
        api.activate_policy("nobody", by="operator", at=make.EVE)


def test_the_operator_may_name_the_policy_that_decides(settings):
    make.policy(make.policy_text(make.LDC_FREE, slug="other"), slug="other", at=make.EVE)
    assert decide().policy == "other"
    settings.WAIVER_POLICY_SLUG = make.SLUG
    assert decide().policy == make.SLUG


@pytest.mark.parametrize("code", [code.value for code in ReasonCode])
def test_every_reason_has_its_sentence(code):
    assert str(_BY_CODE[code])


def test_an_explanation_names_country_list_day_rule_edition_and_the_way_to_appeal(settings):
    settings.WAIVER_POLICY_APPEAL_CONTACT = "waivers@example.org"
    decision = decide("GU")
    told = " ".join((*api.explain(decision), *api.advise(decision)))
    for part in ("Guam", "small island developing States", "2026", "SIDS-1", "sids_associate",
                 make.SLUG, "version 1", "waivers@example.org"):  # fmt: skip
        assert part in told


def test_no_fact_says_who_pays():
    extra = "  unless: {eq: {field: payer_class, value: private}}\n"
    make.policy(make.policy_text(make.LDC_FREE, extra=extra), at=make.EVE)
    for facts in ({}, {"payer_class": "individual"}):
        decision = decide("LA", payer_class="private", facts=facts)
        assert (decision.outcome, codes(decision)) == (Outcome.REFUSED, ["EXCLUDED_BY_POLICY"])


def test_there_is_nothing_to_advise_once_a_waiver_is_granted():
    assert api.advise(decide("LA")) == ()


def test_an_explanation_says_when_grace_ends():
    told = " ".join(api.explain(decide("LA", at=datetime(2026, 11, 24, tzinfo=UTC))))
    assert date_format(date(2029, 11, 24), "DATE_FORMAT") in told


@pytest.mark.parametrize("country", ["TW", "XK", "PS", "EH", "HK", "MO"])
def test_an_explanation_prints_no_political_label(country):
    told = " ".join(api.explain(decide(country))).lower()
    for label in ("province", "occupied", "disputed", "unrecogni", "territory", "resolution"):
        assert label not in told


def test_a_country_name_cannot_break_the_sentence():
    assert "“%s”" in " ".join(api.explain(decide("%s")))


def test_codes_in_arabic_are_isolated_and_stay_in_one_line():
    with translation.override("ar"):
        told = " ".join(api.explain(decide("GU")))
    assert "\u2068our-\u2060ldc-\u2060sids-\u2060default\u2069" in told
    assert "\u2068SIDS-\u20601\u2069" in told


@pytest.mark.parametrize("language", ["en", "fr", "zh-hans"])
def test_other_languages_keep_codes_as_they_are(language):
    with translation.override(language):
        told = " ".join(api.explain(decide("GU")))
    assert make.SLUG in told
    assert "\u2068" not in told


@pytest.mark.parametrize(("language", "separator"), [("ar", "\u061b "), ("zh-hans", "\uff1b")])
def test_lists_are_separated_as_the_language_does(language, separator):
    with translation.override(language):
        (lists,) = [one for one in api.explain(decide("CH")) if "LLDC" in one]
    assert lists.count(separator) == 2
    assert "; " not in lists
