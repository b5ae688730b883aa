"""What the database decides when eight people ask for the same money (F11)."""

from __future__ import annotations

import itertools
import threading
from datetime import timedelta
from functools import partial

import pytest
from cryptography.fernet import Fernet
from django.contrib.auth.models import Permission, User
from django.db.models import F

from factories import papers
from factories import waiver_policy as make
from fairgate.money import Money
from fairgate.percent import Percent
from races import ISOLATIONS, REPEATABLE_READ, errors, race, values
from waiver_policy import api, compat, models
from waiver_policy.data import DocumentKind, GrantSummary
from waiver_policy.exceptions import (
    ApplicationClosed,
    CreditClosed,
    CreditNotAllowed,
    FundEmpty,
    GrantClosed,
    KeyReused,
    NotEligible,
    OutOfTurn,
    PolicyNotActive,
    TooManyDocuments,
)
from waiver_policy.services import fund, grants, limits, policies, taking, waiting

pytestmark = pytest.mark.mariadb

EIGHT = range(1, 9)
WAYS = [
    pytest.param(isolation, atomic, id=f"{isolation}, {'outer' if atomic else 'own'} transaction")
    for isolation in ISOLATIONS
    for atomic in (False, True)
]


def balance():
    found = api.fund_balance("USD")
    return found.available.minor, found.reserved.minor, found.committed.minor


def read_then(call):
    """As a view does under ``ATOMIC_REQUESTS``: something was read, the snapshot is old."""

    def run():
        balance()
        list(models.WaiverGrant.objects.all())
        return call()

    return run


def refusal_kept(call):
    """As fee_payments does: a refusal ends no transaction, its record is committed."""

    def run(*args, **kwargs):
        try:
            return call(*args, **kwargs)
        except (FundEmpty, NotEligible) as refusal:
            return refusal

    return run


def granted(outcomes):
    return [value for value in values(outcomes) if isinstance(value, GrantSummary)]


def refused(outcomes):
    return [value for value in values(outcomes) if isinstance(value, Exception)]


def eight(call):
    return [read_then(partial(call, number)) for number in EIGHT]


@pytest.mark.parametrize(("isolation", "atomic"), WAYS)
def test_f11_money_for_three_goes_to_three_of_eight(isolation, atomic):
    make.programme(fund="45.00")
    outcomes = race(*eight(make.grant), isolation=isolation, atomic=atomic)
    assert len(values(outcomes)) == 3
    assert {type(error) for error in errors(outcomes)} == {FundEmpty}
    assert balance() == (0, 4500, 0)
    assert models.FundEntry.objects.filter(kind="reserved").count() == 3


def test_f11_without_the_conditional_update_the_fund_is_overspent(monkeypatch):
    def read_then_write(currency, minor, *, in_turn):
        pot = models.WaiverFund.objects.get(currency=currency)
        if pot.available_minor < minor:
            return False
        pot.available_minor -= minor
        pot.reserved_minor += minor
        pot.save()
        return True

    monkeypatch.setattr(fund, "take", read_then_write)
    make.lists()
    make.policy(make.policy_text(make.LDC_FREE))
    make.credit("45.00")
    outcomes = race(*eight(make.grant), atomic=True, isolation=REPEATABLE_READ)
    assert len(values(outcomes)) > 3


@pytest.mark.parametrize(("isolation", "atomic"), WAYS)
def test_one_key_in_eight_threads_is_one_grant(isolation, atomic):
    make.programme(fund="15.00")
    outcomes = race(*eight(lambda _: make.grant(1, key="one")), isolation=isolation, atomic=atomic)
    assert errors(outcomes) == []
    assert len({grant.uuid for grant in values(outcomes)}) == 1
    assert balance() == (0, 1500, 0)


@pytest.mark.parametrize(("isolation", "atomic"), WAYS)
def test_one_key_for_eight_people_is_one_grant_and_seven_errors(isolation, atomic):
    make.programme(fund="600.00")
    outcomes = race(
        *eight(lambda user: make.grant(user, key="one")), isolation=isolation, atomic=atomic
    )
    assert len(values(outcomes)) == 1
    assert {type(error) for error in errors(outcomes)} == {KeyReused}
    assert balance() == (58500, 1500, 0)


@pytest.mark.parametrize(("isolation", "atomic"), WAYS)
def test_one_person_in_eight_tabs_has_one_grant(isolation, atomic):
    make.programme(fund="600.00")
    outcomes = race(
        *eight(lambda tab: make.grant(1, key=f"tab {tab}")), isolation=isolation, atomic=atomic
    )
    assert len(values(outcomes)) == 1
    assert {type(error) for error in errors(outcomes)} == {NotEligible}
    assert balance() == (58500, 1500, 0)


@pytest.mark.parametrize(("isolation", "atomic"), WAYS)
def test_two_seats_of_a_country_go_to_two_of_eight(isolation, atomic):
    make.lists()
    cap = "  caps: [{scope: country, period: course_run, limit: 2, unit: seats}]\n"
    make.policy(make.policy_text(make.LDC_FREE, extra=cap))
    make.credit("600.00")
    outcomes = race(*eight(make.grant), isolation=isolation, atomic=atomic)
    assert len(values(outcomes)) == 2
    assert {type(error) for error in errors(outcomes)} == {NotEligible}
    assert balance() == (57000, 3000, 0)


def all_look_before_one_counts(monkeypatch, people=8):
    """What a plain read is worth: nobody has counted yet when the last one has looked."""
    real, together = limits.look, threading.Barrier(people, timeout=30)

    def look(*args, **kwargs):
        seen = real(*args, **kwargs)
        together.wait()
        return seen

    monkeypatch.setattr(limits, "look", look)


def test_without_its_conditions_a_country_gets_more_seats_than_its_limit(monkeypatch):
    def count_whatever_is_there(counts, seen, *, in_turn):
        for one in counts:
            rows = models.QuotaSubject.objects.filter(subject=one.subject)
            rows.update(used=F("used") + one.add)

    all_look_before_one_counts(monkeypatch)
    monkeypatch.setattr(limits, "count", count_whatever_is_there)
    make.lists()
    cap = "  caps: [{scope: country, period: course_run, limit: 2, unit: seats}]\n"
    make.policy(make.policy_text(make.LDC_FREE, extra=cap))
    models.QuotaSubject.objects.create(subject=f"country:UG:{make.COURSE}")
    outcomes = race(*eight(lambda user: make.grant(user, cost=None)))
    assert len(values(outcomes)) == 8


PERSON = "  caps: [{scope: person, period: P12M, any_of: [{grants: 3}]}]\n"


def eight_courses(**more):
    return eight(lambda number: make.grant(1, offering=f"course {number}", **more))


@pytest.mark.parametrize(("isolation", "atomic"), WAYS)
def test_one_person_gets_three_of_eight_courses_that_they_ask_for_at_once(isolation, atomic):
    make.lists()
    make.policy(make.policy_text(make.LDC_FREE, extra=PERSON))
    make.credit("600.00")
    outcomes = race(*eight_courses(), isolation=isolation, atomic=atomic)
    assert len(values(outcomes)) == 3
    assert {type(error) for error in errors(outcomes)} == {NotEligible}
    assert api.check_funds() == ()


def test_without_the_version_one_person_gets_more_courses_than_the_limit(monkeypatch):
    real = limits._counting

    def blind(shape, *, in_turn):
        return real(shape, in_turn=in_turn).replace("version = %s", "%s IS NOT NULL")

    all_look_before_one_counts(monkeypatch)
    monkeypatch.setattr(limits, "_counting", blind)
    make.lists()
    make.policy(make.policy_text(make.LDC_FREE, extra=PERSON))
    models.QuotaSubject.objects.create(subject="person:1")
    outcomes = race(*eight_courses(cost=None))
    assert len(values(outcomes)) == 8


@pytest.mark.parametrize(("isolation", "atomic"), WAYS)
def test_a_grant_closed_by_eight_is_closed_once(isolation, atomic):
    make.programme(fund="60.00")
    grant = make.grant()

    def close(number):
        if number % 2:
            return api.commit_grant(grant.uuid, at=make.EVE).state
        return api.release_grant(grant.uuid, at=make.EVE, reason="race").state

    outcomes = race(*eight(close), isolation=isolation, atomic=atomic)
    assert len(set(values(outcomes))) == 1
    assert len(values(outcomes)) == 4
    assert balance() in ((4500, 0, 1500), (6000, 0, 0))


@pytest.mark.parametrize(("isolation", "atomic"), WAYS)
def test_a_grant_is_committed_or_expired_and_never_both(isolation, atomic):
    make.programme(fund="60.00")
    grant = make.grant()
    after = make.EVE + timedelta(days=180)

    def close(number):
        if number % 2:
            return api.commit_grant(grant.uuid, at=after).state
        return api.expire_grants(at=after).grants

    outcomes = race(*eight(close), isolation=isolation, atomic=atomic)
    assert {type(error) for error in errors(outcomes)} <= {GrantClosed}
    state = models.WaiverGrant.objects.get().state
    expired = sum(value for value in values(outcomes) if isinstance(value, int))
    assert expired == (1 if state == "expired" else 0)
    assert balance() == ((6000, 0, 0) if state == "expired" else (4500, 0, 1500))
    assert api.check_funds() == ()


def test_without_the_lock_a_grant_is_committed_and_released(monkeypatch):
    read_by_one = threading.Event()

    def unlocked(uuid):
        row = models.WaiverGrant.objects.select_related("decision").get(uuid=uuid)
        if not read_by_one.is_set():
            # Who releases has read and locked nothing; the other one does all of its work now.
            read_by_one.set()
            assert errors(race(commit)) == []
        return row

    make.programme(fund="60.00")
    make.grant(2)
    grant = make.grant()
    commit = partial(api.commit_grant, grant.uuid, at=make.EVE)
    monkeypatch.setattr(grants, "_locked", unlocked)
    api.release_grant(grant.uuid, at=make.EVE, reason="race")
    told = [entry.kind for entry in api.list_fund_entries("USD") if entry.grant_uuid == grant.uuid]
    assert sorted(told) == ["committed", "released", "reserved"]


@pytest.mark.parametrize(("isolation", "atomic"), WAYS)
def test_a_late_refund_and_grants_at_one_moment_never_spend_what_is_gone(isolation, atomic):
    make.programme(fund="60.00")

    ask = refusal_kept(make.grant)

    def act(number):
        if number % 2:
            return ask(number)
        return api.claw_back_fund(Money("15.00", "USD"), key=f"r{number}", reason="x", at=make.EVE)

    outcomes = race(*eight(act), isolation=isolation, atomic=atomic)
    assert errors(outcomes) == []
    found = api.fund_balance("USD")
    assert found.available.minor + found.reserved.minor - found.shortfall.minor == 0
    assert api.check_funds() == ()


def waiting_list(people, *, fund="0.01"):
    make.programme(fund=fund)
    for number in range(1, people + 1):
        with pytest.raises(FundEmpty):
            make.grant(number, at=make.EVE + timedelta(minutes=number))


@pytest.mark.parametrize(("isolation", "atomic"), WAYS)
def test_eight_servers_make_one_offer_for_each_place_that_can_be_paid(isolation, atomic):
    waiting_list(5)
    silent_money(4500)
    serve = partial(api.serve_waiting_list, "USD", at=make.EVE)
    outcomes = race(*eight(lambda _: serve()), isolation=isolation, atomic=atomic)
    assert errors(outcomes) == []
    serve()
    made = models.WaiverGrant.objects.order_by("user_id")
    assert [grant.user_id for grant in made] == [1, 2, 3]
    assert balance() == (1, 4500, 0)
    assert api.check_funds() == ()


@pytest.mark.parametrize(("isolation", "atomic"), WAYS)
def test_who_leaves_while_an_offer_is_made_to_them_is_forgotten(isolation, atomic, monkeypatch):
    # given people whose application waits with them for money, which has come
    monkeypatch.setattr(compat, "retirement_state", lambda user_id: "")
    make.programme(fund="0.01")
    people = range(1, 7)
    for number in people:
        approve(make.apply(number))
        with pytest.raises(FundEmpty):
            make.grant(number, country="GU")
    silent_money(9000)

    # when
    serve = partial(api.serve_waiting_list, "USD", at=make.EVE)
    leave = [partial(api.retire_person, number, at=make.EVE) for number in people]
    outcomes = race(serve, *leave, isolation=isolation, atomic=atomic)

    # then
    assert errors(outcomes) == []
    assert not models.WaitingPlace.objects.filter(state="waiting").exists()
    assert set(models.WaiverApplication.objects.values_list("note", flat=True)) == {""}
    assert api.check_funds() == ()


def approve(applied):
    api.approve(applied.uuid, by=9000, reason="So.", at=make.EVE, award=Percent(100))


def silent_money(minor):
    """Money that comes without anybody being served."""
    models.FundEntry(
        fund_id="USD", kind="donation", available_change=minor, key="silent",
        effective_on=make.EVE.date(), at=make.EVE,
    ).save()  # fmt: skip
    models.WaiverFund.objects.update(available_minor=F("available_minor") + minor)


def test_without_the_lock_of_the_place_two_servers_make_an_offer_each(monkeypatch):
    """The live key of the grant is the second lock; without it, too, the money goes twice."""
    waiting_list(1)
    models.WaiverFund.objects.update(available_minor=9000)
    number = itertools.count()
    monkeypatch.setattr(taking.Wish, "live_key", property(lambda _: f"twin {next(number)}"))
    monkeypatch.setattr(waiting, "offer_key", lambda _: f"twin {next(number)}")
    monkeypatch.setattr(models.WaitingPlace.objects, "select_for_update",
                        lambda **_: models.WaitingPlace.objects.all())  # fmt: skip
    monkeypatch.setattr(waiting, "_count", lambda *_: None)
    serve = partial(api.serve_waiting_list, "USD", at=make.EVE)
    race(*eight(lambda _: serve()), atomic=True, isolation=REPEATABLE_READ)
    assert models.WaiverGrant.objects.count() > 1


@pytest.mark.parametrize(("isolation", "atomic"), WAYS)
def test_money_that_comes_goes_to_who_waits_and_to_none_of_eight_newcomers(isolation, atomic):
    waiting_list(1)
    ask = refusal_kept(make.grant)
    later = make.EVE + timedelta(minutes=2)
    newcomers = [read_then(partial(ask, number + 10, at=later)) for number in range(7)]
    credit = partial(api.credit_fund, Money("15.00", "USD"), key="c", reason="x", at=make.EVE)
    outcomes = race(read_then(credit), *newcomers, isolation=isolation, atomic=atomic)
    assert errors(outcomes) == []
    assert {type(one) for one in refused(outcomes)} == {FundEmpty}
    assert [grant.user_id for grant in models.WaiverGrant.objects.all()] == [1]
    assert api.fund_balance("USD").waiting == 7
    assert api.check_funds() == ()


@pytest.mark.parametrize(("isolation", "atomic"), WAYS)
def test_one_person_who_asks_in_eight_tabs_has_one_place(isolation, atomic):
    make.programme(fund="0.01")
    ask = refusal_kept(make.grant)
    outcomes = race(
        *eight(lambda tab: ask(1, key=f"tab {tab}")), isolation=isolation, atomic=atomic
    )
    assert errors(outcomes) == []
    assert {type(one) for one in refused(outcomes)} == {FundEmpty}
    assert models.WaitingPlace.objects.count() == 1
    assert api.check_funds() == ()


@pytest.mark.parametrize(("isolation", "atomic"), WAYS)
def test_an_offer_is_taken_by_one_of_eight_tabs(isolation, atomic):
    waiting_list(1)
    make.credit("15.00", key="more")
    outcomes = race(
        *eight(lambda tab: make.grant(1, key=f"tab {tab}", at=make.LONG_AGO)),
        isolation=isolation, atomic=atomic,
    )  # fmt: skip
    assert len(values(outcomes)) == 1
    assert {type(error) for error in errors(outcomes)} == {NotEligible}
    assert balance() == (1, 1500, 0)


@pytest.mark.parametrize(("isolation", "atomic"), WAYS)
def test_a_credit_that_eight_people_confirm_is_booked_once(isolation, atomic):
    right = Permission.objects.get(codename="confirm_credit")
    people = [User.objects.create(username=f"officer {number}") for number in EIGHT]
    for person in people:
        person.user_permissions.add(right)
    people[0].user_permissions.add(Permission.objects.get(codename="propose_credit"))
    one = api.propose_credit(
        Money("25.00", "USD"), kind="manual", reason="x", by=people[0].pk, at=make.EVE
    )
    outcomes = race(
        *(read_then(partial(api.confirm_credit, one.uuid, by=who.pk, at=make.EVE))
          for who in people),
        isolation=isolation, atomic=atomic,
    )  # fmt: skip
    assert len(values(outcomes)) == 1
    assert {type(error) for error in errors(outcomes)} <= {CreditClosed, CreditNotAllowed}
    assert balance() == (2500, 0, 0)


@pytest.mark.parametrize(("isolation", "atomic"), WAYS)
def test_eight_of_everything_leave_books_that_add_up(isolation, atomic):
    make.programme(fund="60.00")
    held = [make.grant(100 + number) for number in range(3)]
    api.commit_grant(held[2].uuid, at=make.EVE)
    acts = [
        partial(make.grant, 1), partial(make.grant, 2),
        partial(api.credit_fund, Money("15.00", "USD"), key="c", reason="x", at=make.EVE),
        partial(api.claw_back_fund, Money("20.00", "USD"), key="r", reason="x", at=make.EVE),
        partial(api.commit_grant, held[0].uuid, at=make.EVE),
        partial(api.release_grant, held[1].uuid, at=make.EVE, reason="x"),
        partial(api.return_grant, held[2].uuid, at=make.EVE, reason="x"),
        partial(api.serve_waiting_list, "USD", at=make.EVE),
    ]  # fmt: skip
    outcomes = race(*map(read_then, acts), isolation=isolation, atomic=atomic)
    assert [error for error in errors(outcomes) if not isinstance(error, FundEmpty)] == []
    assert api.check_funds() == ()


def applied():
    make.programme()
    who = make.applicant(1, "GU")
    return api.apply(who, offering_code=make.COURSE, note="I teach.", at=make.EVE)


@pytest.mark.parametrize(("isolation", "atomic"), WAYS)
def test_eight_reviewers_who_ask_at_one_moment_ask_once(isolation, atomic):
    one = applied()
    outcomes = race(
        *eight(lambda n: api.ask_for_more(one.uuid, by=n + 10, question=f"{n}?", at=make.EVE)),
        isolation=isolation, atomic=atomic,
    )  # fmt: skip
    assert len(values(outcomes)) == 1
    assert {type(error) for error in errors(outcomes)} == {OutOfTurn}
    (kept,) = api.list_messages(one.uuid)
    assert kept.text == api.get_application(one.uuid).reason


@pytest.mark.parametrize(("isolation", "atomic"), WAYS)
def test_an_answer_and_a_decision_at_one_moment_lose_nothing(isolation, atomic):
    one = applied()
    api.ask_for_more(one.uuid, by=9, question="Where?", at=make.EVE)

    def write(number):
        if number % 2:
            return api.answer(one.uuid, by=1, text="In Suva.", at=make.EVE).state
        return api.refuse(one.uuid, by=9, reason="No.", at=make.EVE, read=1).state

    outcomes = race(*eight(write), isolation=isolation, atomic=atomic)
    (won,) = values(outcomes)
    assert api.get_application(one.uuid).state == won
    assert len(api.list_messages(one.uuid)) == (2 if won == "submitted" else 1)
    assert {type(error) for error in errors(outcomes)} <= {ApplicationClosed, OutOfTurn}


@pytest.mark.parametrize(("isolation", "atomic"), WAYS)
def test_a_credit_sent_by_eight_counts_once_and_eight_credits_count_all(isolation, atomic):
    def credit(number):
        for key in ("same", f"own {number}"):
            api.credit_fund(Money("1.00", "USD"), key=key, reason="x", at=make.EVE)

    outcomes = race(*eight(credit), isolation=isolation, atomic=atomic)
    assert errors(outcomes) == []
    assert balance() == (900, 0, 0)


def test_the_database_itself_stops_a_fund_below_zero():
    make.credit("10.00")
    take = models.WaiverFund.objects.update
    outcomes = race(*(partial(take, available_minor=F("available_minor") - 300) for _ in EIGHT))
    assert len(values(outcomes)) == 3
    assert balance() == (100, 0, 0)


@pytest.fixture
def place(settings, tmp_path):
    """A private folder for papers, and a key; everybody is of age."""
    settings.WAIVER_POLICY_DOCUMENTS = {"OPTIONS": {"location": str(tmp_path / "papers")}}
    settings.WAIVER_POLICY_DOCUMENT_KEYS = (Fernet.generate_key().decode(),)
    settings.WAIVER_POLICY_DOCUMENTS_PER_APPLICATION = 3
    return tmp_path / "papers"


def apply():
    make.programme()
    return api.apply(make.applicant(1, "GU"), offering_code=make.COURSE, note="x", at=make.EVE)


def add(applied, number):
    return api.add_document(
        applied.uuid, by=1, kind=DocumentKind.SCHOOL_LETTER, content=papers.pdf(pages=number),
        at=make.EVE,
    )  # fmt: skip


def files_in(place):
    return [path for path in place.rglob("*") if path.is_file()]


@pytest.mark.parametrize(("isolation", "atomic"), WAYS)
def test_of_eight_papers_at_once_an_application_keeps_as_many_as_it_may(place, isolation, atomic):
    applied = apply()
    outcomes = race(*eight(partial(add, applied)), isolation=isolation, atomic=atomic)
    assert len(values(outcomes)) == 3
    assert {type(error) for error in errors(outcomes)} == {TooManyDocuments}
    assert len(files_in(place)) == models.ApplicationDocument.objects.count() == 3


@pytest.mark.parametrize(("isolation", "atomic"), WAYS)
def test_the_same_paper_eight_times_at_once_is_one_paper(place, isolation, atomic):
    applied = apply()
    calls = [read_then(partial(add, applied, 1)) for _ in EIGHT]
    outcomes = race(*calls, isolation=isolation, atomic=atomic)
    assert errors(outcomes) == []
    assert len({one.uuid for one in values(outcomes)}) == 1
    assert len(files_in(place)) == 1


@pytest.mark.parametrize(("isolation", "atomic"), WAYS)
def test_a_paper_and_a_decision_at_once_leave_no_paper_of_a_closed_application(
    place, isolation, atomic
):
    applied = apply()

    def refuse():
        return api.refuse(applied.uuid, by=9, reason="No.", at=make.EVE)

    calls = [read_then(partial(add, applied, 1)), read_then(refuse)]
    outcomes = race(*calls, isolation=isolation, atomic=atomic)
    # Whoever was first: either the paper came in time, or it is refused and leaves no file.
    assert {type(error) for error in errors(outcomes)} <= {ApplicationClosed}
    assert len(files_in(place)) == len(api.list_documents(applied.uuid))


@pytest.mark.parametrize(("isolation", "atomic"), WAYS)
def test_a_paper_that_is_deleted_twice_at_once_is_deleted_once(place, isolation, atomic):
    applied = apply()
    add(applied, 1)
    calls = [
        read_then(partial(api.delete_documents, applied.uuid, because="withdrawn", at=make.EVE))
        for _ in EIGHT
    ]
    outcomes = race(*calls, isolation=isolation, atomic=atomic)
    assert sorted(values(outcomes)) == [0] * 7 + [1]
    assert files_in(place) == []


@pytest.mark.parametrize(("isolation", "atomic"), WAYS)
def test_f11_one_paper_from_two_accounts_at_once_is_flagged_on_both(place, isolation, atomic):
    make.programme()
    both = [
        api.apply(make.applicant(number, "GU"), offering_code=make.COURSE, note="x", at=make.EVE)
        for number in (1, 2)
    ]
    calls = [
        read_then(
            partial(
                api.add_document, one.uuid, by=one.user_id, kind=DocumentKind.OTHER,
                content=papers.pdf(), at=make.EVE,
            )
        )
        for one in both
    ]  # fmt: skip
    assert errors(race(*calls, isolation=isolation, atomic=atomic)) == []
    kept = [one for each in both for one in api.list_documents(each.uuid)]
    assert [one.is_repeated for one in kept] == [True, True]


def kept_price(_=None):
    return api.keep_price(make.applicant(1), offering_code=make.COURSE, at=make.EVE)


@pytest.mark.parametrize(("isolation", "atomic"), WAYS)
def test_one_person_in_eight_tabs_keeps_one_price(isolation, atomic):
    make.programme()
    outcomes = race(*eight(kept_price), isolation=isolation, atomic=atomic)
    assert errors(outcomes) == []
    assert len({kept.uuid for kept in values(outcomes)}) == 1
    assert models.PriceLock.objects.count() == 1


@pytest.mark.parametrize(("isolation", "atomic"), WAYS)
def test_one_person_who_waits_for_the_fund_in_eight_tabs_keeps_one_price(isolation, atomic):
    make.lists()
    make.policy(make.policy_text(make.LDC_FREE))
    make.credit("1.00")

    def order(tab):
        with pytest.raises(FundEmpty):
            make.grant(1, key=f"tab {tab}")

    assert errors(race(*eight(order), isolation=isolation, atomic=atomic)) == []
    assert models.PriceLock.objects.count() == 1


@pytest.mark.parametrize(("isolation", "atomic"), WAYS)
def test_two_activations_at_once_leave_one_active(isolation, atomic):
    make.lists()
    for percent in range(1, 9):
        text = make.policy_text(make.LDC_FREE.replace("percent: 100", f"percent: {percent}"))
        api.load_policy(text, file="policy.yaml", by="operator", at=make.LONG_AGO)

    def activate(number):
        return api.activate_policy(make.SLUG, by="operator", at=make.EVE, version=number)

    outcomes = race(*eight(activate), isolation=isolation, atomic=atomic)
    assert errors(outcomes) == []
    states = [policy.state for policy in api.list_policies()]
    assert sorted(states) == ["active", *["retired"] * 7]


@pytest.mark.parametrize(("isolation", "atomic"), WAYS)
def test_a_policy_that_eight_retire_is_retired_once(isolation, atomic):
    make.lists()
    make.policy(make.policy_text(make.LDC_FREE))

    def retire(number):
        return api.retire_policy(make.SLUG, by=f"operator {number}", at=make.EVE)

    outcomes = race(*eight(retire), isolation=isolation, atomic=atomic)
    assert [type(error) for error in errors(outcomes)] == [PolicyNotActive] * 7
    (retired,) = values(outcomes)
    assert api.list_policies() == (retired,)


def test_without_the_lock_activations_fail_on_the_unique_index(monkeypatch):
    def unlocked(slug):
        return list(models.PolicyVersion.objects.filter(slug=slug).order_by("version"))

    monkeypatch.setattr(policies, "_locked_versions", unlocked)
    make.lists()
    for percent in range(1, 9):
        text = make.policy_text(make.LDC_FREE.replace("percent: 100", f"percent: {percent}"))
        api.load_policy(text, file="policy.yaml", by="operator", at=make.LONG_AGO)

    def activate(number):
        return api.activate_policy(make.SLUG, by="operator", at=make.EVE, version=number)

    assert errors(race(*eight(activate), atomic=True, isolation=REPEATABLE_READ))
    assert [policy.state for policy in api.list_policies()].count("active") == 1
