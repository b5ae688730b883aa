"""Promise against delivery: what is owed, what was given, what is late, and who has said so."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

import races
from factories.partnerships import (
    PROMISES,
    load,
    load_approved,
    put_in_force,
    terms_text,
    version_text,
)
from fairgate.documents import DocumentErrors
from fairgate.errors import RowIsKept
from fairgate.money import Money
from partnerships import api, exceptions, models, rules, terms_file
from partnerships.data import PromiseState

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
OLGA, OMAR = 11, 12
PDF = b"%PDF-1.7 evidence"
TERMS = terms_text(version_text(promises=PROMISES))

days = st.dates(min_value=date(2020, 1, 1), max_value=date(2030, 1, 1))


def day_at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def in_force():
    (version,) = put_in_force(TERMS)
    return version.uuid


def deliver(version, code="GRANT", amount="5000.00", **told):
    told = {"delivered_on": date(2026, 11, 1), "evidence": "Receipt 7", "by": OLGA} | told
    return api.record_delivery(version, code, amount=Money(amount, "USD"), **{"at": NOW} | told)


def accepted(version, *args, **told):
    delivery = deliver(version, *args, **told)
    api.accept_delivery(delivery, by=OMAR, at=told.get("at", NOW))
    return delivery


def contribution(version, code="GRANT", at=NOW):
    found = api.promises(version, at=at).contributions
    return next(one for one in found if one.contribution.code == code)


def obligation(version, code, at):
    found = api.promises(version, at=at).obligations
    return next(one for one in found if one.obligation.code == code).due_dates


def test_a_text_without_promises_is_the_text_that_it_was():
    (entry,) = terms_file.read(terms_text(), file="TERMS.yaml").versions

    assert rules.checksum(entry.agreed_text) == (
        "7871597a6d47d6cfc300535977630e7a3218f922555235d73777c68499f15f76"
    )


def test_what_is_promised_is_part_of_the_agreed_text():
    (entry,) = terms_file.read(TERMS, file="TERMS.yaml").versions

    for word in ('"code": "ROOM"', '"every_months": 3', '"amount": "20000.00"', '"target": "200"'):
        assert word in entry.agreed_text
    again = TERMS.replace("target: 200", 'target: "200.0"').replace("20000.00", "20000")
    assert terms_file.read(again, file="T").versions[0].agreed_text == entry.agreed_text


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("of: partner, text: A lab", "of: nobody, text: A lab", "none of: host, partner"),
        ("every_months: 3", "every_months: 0", "whole number from 1 to 60"),
        ("code: REPORT", "code: ROOM", "“ROOM” is there twice"),
        ("code: ROOM", "code: room", "is not a code"),
        ("from: GSMA, kind: cash", "from: NOBODY, kind: cash", "is not defined under partners"),
        ('amount: "20000.00"', "amount: -1", "is negative"),
        ('amount: "20000.00"', 'amount: "0.001"', "decimals"),
        ("kind: cash", "kind: cash, valuation: A guess", "cash is what it is"),
        ("valuation: 12 days at 650.00, ", "", "valuation: is missing"),
        ("target: 200", "target: 5", "is no increase from 10"),
        ("target: 200", "target: many", "is a number with at most four decimals"),
        ("target: 200", "target: 1.23456", "is a number with at most four decimals"),
        ("due: 2027-01-15", "due: soon", "is not a day"),
    ],
)
def test_a_faulty_promise_is_told_with_its_line(old, new, fault):
    assert old in TERMS
    with pytest.raises(DocumentErrors, match=fault):
        terms_file.read(TERMS.replace(old, new), file="TERMS.yaml")


@pytest.mark.django_db
def test_promises_are_kept_as_they_were_agreed_and_frozen_with_the_text():
    version = in_force()

    promised = api.promises(version, at=NOW)
    assert [one.obligation.code for one in promised.obligations] == ["ROOM", "REPORT"]
    assert [one.contribution.promised for one in promised.contributions] == [
        Money("20000.00", "USD"), Money("7800.00", "USD"),
    ]  # fmt: skip
    assert promised.contributions[1].contribution.valuation == "12 days at 650.00"
    (outcome,) = promised.outcomes
    assert (outcome.outcome.baseline, outcome.outcome.target) == (Decimal(10), Decimal(200))
    with pytest.raises(DocumentErrors, match="is signed"):
        load(TERMS.replace("target: 200", "target: 100"), at=NOW)
    with pytest.raises(exceptions.RecordIsKept):
        models.VersionOutcome.objects.all().delete()


@pytest.mark.django_db
def test_a_draft_is_written_anew_with_other_promises():
    load(TERMS)
    load(terms_text(), at=NOW)

    (version,) = api.list_versions(at=NOW)
    promised = api.promises(version.uuid, at=NOW)
    assert (promised.obligations, promised.contributions, promised.outcomes) == ((), (), ())


@pytest.mark.django_db
def test_an_obligation_is_late_from_the_first_second_after_its_day():
    version = in_force()
    last_second = day_at("2027-01-15T23:59:59.999999")

    (due,) = obligation(version, "ROOM", last_second)
    assert (due.due, due.state) == (date(2027, 1, 15), PromiseState.OPEN)
    (due,) = obligation(version, "ROOM", last_second + timedelta(microseconds=1))
    assert due.state is PromiseState.LATE

    at = day_at("2027-01-20T10:00")
    api.record_fulfilment(
        version, "ROOM", due=due.due, fulfilled_on=date(2027, 1, 19), evidence="Photos", by=OLGA,
        at=at,
    )  # fmt: skip
    (due,) = obligation(version, "ROOM", at)
    assert (due.state, due.fulfilled_on, due.evidence.reference) == (
        PromiseState.KEPT, date(2027, 1, 19), "Photos",
    )  # fmt: skip
    # What was known before is what was known before.
    assert obligation(version, "ROOM", at - HOUR)[0].state is PromiseState.LATE


@pytest.mark.django_db
def test_a_report_is_due_again_and_again_and_each_one_is_missing_by_itself():
    version = in_force()
    api.record_fulfilment(
        version, "REPORT", due=date(2027, 1, 31), fulfilled_on=date(2027, 1, 30),
        evidence="Report 1", by=OLGA, at=day_at("2027-01-30"),
    )  # fmt: skip

    dates = obligation(version, "REPORT", day_at("2027-08-15"))

    assert [(one.due.isoformat(), one.state.value) for one in dates] == [
        ("2027-01-31", "kept"), ("2027-04-30", "late"), ("2027-07-31", "late"),
    ]  # fmt: skip
    assert [one.due.isoformat() for one in obligation(version, "REPORT", day_at("2027-02-01"))] == [
        "2027-01-31", "2027-04-30",
    ]  # fmt: skip


@given(days, st.integers(min_value=1, max_value=30), days)
def test_due_dates_go_on_for_ever_in_steps_of_whole_months(first, months, last):
    found = list(rules.due_dates(first, months, last=last))

    for number, due in enumerate(found):
        assert (due.year * 12 + due.month) - (first.year * 12 + first.month) == number * months
        assert due.day <= first.day
        assert first <= due <= last
    following = rules.next_due_date(first, months, after=last)
    assert following > last
    assert following in set(rules.due_dates(first, months, last=following))
    assert rules.next_due_date(first, None, after=first) is None


def test_due_dates_end_with_the_calendar_and_not_with_an_error():
    first, last = date(9999, 6, 30), date.max

    assert list(rules.due_dates(first, 5, last=last)) == [first, date(9999, 11, 30)]
    assert rules.next_due_date(first, 5, after=date(9999, 11, 30)) is None


@pytest.mark.django_db
def test_nothing_is_owed_before_both_have_signed_and_nothing_is_recorded():
    (version,) = load_approved(TERMS)

    promised = api.promises(version.uuid, at=day_at("2028-01-01"))
    states = [one.state for one in (*promised.contributions, *promised.outcomes)]
    assert set(states) == {PromiseState.OPEN}
    with pytest.raises(exceptions.RecordRefused, match="nothing is owed yet"):
        deliver(version.uuid)


@pytest.mark.django_db
def test_a_delivery_counts_once_a_second_person_has_accepted_it():
    version = in_force()
    delivery = deliver(version)

    assert contribution(version).delivered == Money(0, "USD")
    with pytest.raises(exceptions.SecondPersonNeeded):
        api.accept_delivery(delivery, by=OLGA, at=NOW)
    api.accept_delivery(delivery, by=OMAR, at=NOW + HOUR)

    assert contribution(version, at=NOW).delivered == Money(0, "USD")
    found = contribution(version, at=NOW + HOUR)
    assert (found.delivered, found.state) == (Money("5000.00", "USD"), PromiseState.OPEN)
    (row,) = found.deliveries
    assert (row.is_accepted, row.decided_by, row.counts) == (True, OMAR, True)
    with pytest.raises(exceptions.RecordRefused, match="accepted or refused already"):
        api.refuse_delivery(delivery, because="?", by=OMAR, at=NOW)


@pytest.mark.django_db
def test_a_contribution_is_kept_when_all_of_it_was_delivered_and_late_until_then():
    version = in_force()
    accepted(version)
    after = day_at("2027-01-01")

    assert contribution(version, at=after - timedelta(microseconds=1)).state is PromiseState.OPEN
    assert contribution(version, at=after).state is PromiseState.LATE
    accepted(version, amount="15000.00", at=after + HOUR)
    assert contribution(version, at=after + HOUR).state is PromiseState.KEPT


@pytest.mark.django_db
def test_a_correction_replaces_what_it_names_once_it_is_accepted():
    version = in_force()
    first = accepted(version)
    correction = deliver(version, amount="4000.00", replaces=first)

    assert contribution(version).delivered == Money("5000.00", "USD")
    with pytest.raises(exceptions.RecordRefused, match="corrected already"):
        deliver(version, amount="3000.00", replaces=first)
    api.refuse_delivery(correction, because="No", by=OMAR, at=NOW)
    second = deliver(version, amount="0.00", replaces=first, at=NOW + HOUR)
    api.accept_delivery(second, by=OMAR, at=NOW + HOUR)

    assert contribution(version, at=NOW).delivered == Money("5000.00", "USD")
    assert contribution(version, at=NOW + HOUR).delivered == Money(0, "USD")
    assert models.Delivery.objects.count() == 3


@pytest.mark.django_db
def test_a_delivery_is_of_something_in_the_agreed_currency_and_rests_on_something():
    version = in_force()

    for told, fault in (
        ({"amount": "0.00"}, "has a worth"),
        ({"amount": "-1.00"}, "has a worth"),
        ({"delivered_on": date(2026, 11, 24)}, "has not come yet"),
        ({"delivered_on": date(2026, 9, 30)}, "lies before the first day"),
        ({"evidence": " "}, "Say on one line"),
        ({"code": "NONE"}, "promises no “NONE”"),
    ):
        with pytest.raises(exceptions.PartnershipsError, match=fault):
            deliver(version, **told)
    with pytest.raises(exceptions.RecordRefused, match="is counted in USD"):
        api.record_delivery(
            version, "GRANT", amount=Money(1, "EUR"), delivered_on=date(2026, 11, 1),
            evidence="R", by=OLGA, at=NOW,
        )  # fmt: skip
    with pytest.raises(exceptions.RecordRefused, match="refuse this one"):
        deliver(version, replaces=deliver(version))
    assert not models.EvidenceFile.objects.exists()


@pytest.mark.django_db
def test_delivered_value_is_what_was_accepted_in_cash_and_in_kind_apart():
    version = in_force()
    accepted(version)
    accepted(version, amount="250.00", delivered_on=date(2026, 10, 31))
    accepted(version, "EXPERTS", "1300.00")
    deliver(version, amount="9999.00")
    span = {"since": date(2026, 11, 1), "until": date(2026, 11, 30)}

    value = api.delivered_value("GSMA", **span, at=NOW)

    assert (value.cash, value.in_kind) == (
        (Money("5000.00", "USD"),), (Money("1300.00", "USD"),),
    )  # fmt: skip
    assert api.delivered_value("GSMA", **span, at=NOW - HOUR).cash == ()
    october = {"since": date(2026, 10, 1), "until": date(2026, 10, 31)}
    assert api.delivered_value("GSMA", **october, at=NOW).cash == (Money("250.00", "USD"),)
    assert api.delivered_value("ATC", **span, at=NOW).cash == ()
    with pytest.raises(exceptions.UnknownPartner):
        api.delivered_value("NONE", **span, at=NOW)


@pytest.mark.django_db
def test_a_delivery_with_which_nothing_could_be_added_up_any_more_is_not_accepted():
    version = in_force()
    most = accepted(version, amount="9999999999999.99")
    more = deliver(version, amount="1.00")

    with pytest.raises(exceptions.RecordRefused, match="GRANT would come to more than any amount"):
        api.accept_delivery(more, by=OMAR, at=NOW)
    api.accept_delivery(deliver(version, amount="1.00", replaces=most), by=OMAR, at=NOW)
    api.accept_delivery(more, by=OMAR, at=NOW)

    assert contribution(version).delivered == Money("2.00", "USD")


@pytest.mark.django_db
def test_delivered_value_follows_corrections_as_of_the_moment():
    version = in_force()
    first = accepted(version)
    accepted(version, amount="4000.00", replaces=first, at=NOW + HOUR)
    span = {"since": date(2026, 11, 1), "until": date(2026, 11, 30)}

    assert api.delivered_value("GSMA", **span, at=NOW).cash == (Money("5000.00", "USD"),)
    assert api.delivered_value("GSMA", **span, at=NOW + HOUR).cash == (Money("4000.00", "USD"),)


@pytest.mark.django_db
def test_an_outcome_is_reached_by_its_newest_value_and_a_report_is_corrected_by_another():
    version = in_force()

    def report(value, on, **told):
        told = {"source": "Register of learners", "by": OLGA, "at": NOW} | told
        return api.record_actual(version, "TRAINED", value=Decimal(value), on=on, **told)

    first = report("250", date(2026, 11, 2))
    report("80", date(2026, 11, 1))
    (outcome,) = api.promises(version, at=NOW).outcomes
    assert (outcome.actual, outcome.state) == (Decimal(250), PromiseState.KEPT)

    report("25", date(2026, 11, 2), replaces=first, at=NOW + HOUR)
    (outcome,) = api.promises(version, at=NOW + HOUR).outcomes
    assert (outcome.actual, outcome.state) == (Decimal(25), PromiseState.OPEN)
    assert [one.replaces for one in outcome.actuals].count(first) == 1
    (late,) = api.promises(version, at=day_at("2027-10-01")).outcomes
    assert late.state is PromiseState.LATE
    with pytest.raises(exceptions.RecordRefused, match="correct the correction"):
        report("26", date(2026, 11, 2), replaces=first)
    with pytest.raises(exceptions.RecordRefused, match="four decimals"):
        report("1.00001", date(2026, 11, 2))


@pytest.mark.django_db
def test_a_fulfilment_is_taken_back_by_a_correction_and_by_nothing_else():
    version = in_force()
    at = day_at("2027-01-20T10:00")
    told = {"due": date(2027, 1, 15), "fulfilled_on": date(2027, 1, 15), "by": OLGA, "at": at}
    with pytest.raises(exceptions.RecordRefused, match="Only a correction"):
        api.record_fulfilment(version, "ROOM", evidence="x", is_met=False, **told)
    with pytest.raises(exceptions.RecordRefused, match="is not due on 2027-01-14"):
        api.record_fulfilment(version, "ROOM", evidence="x", **told | {"due": date(2027, 1, 14)})
    first = api.record_fulfilment(version, "ROOM", evidence="Photos", **told)
    with pytest.raises(exceptions.RecordRefused, match="a correction names that record"):
        api.record_fulfilment(version, "ROOM", evidence="Photos", **told)

    api.record_fulfilment(
        version, "ROOM", evidence="Wrong room", is_met=False, replaces=first, **told
    )

    assert obligation(version, "ROOM", at)[0].state is PromiseState.LATE
    with pytest.raises(RowIsKept):
        models.Fulfilment.objects.update(is_met=True)
    with pytest.raises(RowIsKept):
        models.Fulfilment.objects.all().delete()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "content",
    [b"", b"<svg onload=alert(1)>", b"<html><script>", b"MZ\x90", b"PK\x03\x04", b" %PDF-1.7"],
)
def test_evidence_of_another_kind_is_refused_and_nothing_is_recorded(content):
    version = in_force()

    with pytest.raises(exceptions.EvidenceRefused, match="a PDF, a PNG or a JPEG"):
        deliver(version, file=content)
    assert not models.Delivery.objects.exists()


@pytest.mark.django_db
def test_evidence_has_a_size_and_is_what_was_uploaded(settings):
    version = in_force()
    settings.PARTNERSHIPS_EVIDENCE_MAX_BYTES = len(PDF)

    deliver(version, file=PDF)
    (row,) = contribution(version).deliveries
    kept = api.evidence_file(row.evidence.file)
    assert (kept.content, kept.content_type, kept.partner) == (PDF, "application/pdf", "GSMA")
    with pytest.raises(exceptions.EvidenceRefused, match="kB"):
        deliver(version, file=PDF + b"!")
    with pytest.raises(exceptions.UnknownRecord):
        api.evidence_file(version)


@pytest.mark.mariadb
@pytest.mark.parametrize("isolation", races.ISOLATIONS)
def test_of_two_corrections_at_once_one_is_recorded(isolation):
    version = in_force()
    first = accepted(version)

    outcomes = races.race(
        *[lambda: deliver(version, amount="4000.00", replaces=first)] * 2,
        isolation=isolation,
        atomic=True,
    )

    assert [type(error) for error in races.errors(outcomes)] == [exceptions.RecordRefused]
    assert models.Delivery.objects.count() == 2


@pytest.mark.mariadb
@pytest.mark.parametrize("isolation", races.ISOLATIONS)
def test_of_one_who_accepts_and_one_who_refuses_at_once_one_has_decided(isolation):
    version = in_force()
    delivery = deliver(version)

    outcomes = races.race(
        lambda: api.accept_delivery(delivery, by=OMAR, at=NOW),
        lambda: api.refuse_delivery(delivery, because="No", by=13, at=NOW),
        isolation=isolation,
        atomic=True,
    )

    assert [type(error) for error in races.errors(outcomes)] == [exceptions.RecordRefused]
