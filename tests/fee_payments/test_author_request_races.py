"""Who decides about an author's request, and who changes the fee, at the same moment."""

from __future__ import annotations

import threading
from datetime import date
from functools import partial

import pytest

from factories import fee_payments as make
from fairgate.money import Money
from fee_payments import api, compat, models, selectors
from fee_payments.data import (
    AmountLimit,
    AuthoredChange,
    AuthoredOffering,
    AuthoredPrice,
    AuthorRequestState,
    AuthorWish,
    Limits,
    PayerClass,
)
from fee_payments.exceptions import ChangeNotAsked, RequestDecided
from fee_payments.services import author_requests
from races import ISOLATIONS, errors, race, values

pytestmark = [pytest.mark.mariadb, pytest.mark.django_db(transaction=True)]

TOMORROW = date(2026, 10, 6)
AUTHOR = 7_000_007


@pytest.fixture(autouse=True)
def the_course(monkeypatch):
    monkeypatch.setattr(compat, "may_author", lambda user_id, key: True)
    api.set_author_limits(
        "course-v1:ATC+",
        Limits(
            may_sell=True, may_change_price=True, may_ask=True, kinds=("course_run",),
            amounts=(AmountLimit(lowest=Money("10.00", "USD"), highest=Money("200.00", "USD")),),
        ),
    )  # fmt: skip
    make.offering()


def price(amount):
    return AuthoredPrice(
        payer_class=PayerClass.INDIVIDUAL, amount=Money(amount, "USD"), valid_from=TOMORROW
    )


def ask(amount="450.00", by=AUTHOR):
    change = AuthoredChange(wish=AuthorWish.PRICE, code="spectrum", price=price(amount))
    return api.ask_for_change(make.COURSE, change, reason="Dearer.", by=by, at=make.NOON)


def approve(uuid, by):
    api.approve_author_request(uuid, by=by, at=make.NOON)
    return "approved"


def decline(uuid, by):
    api.decline_author_request(uuid, by=by, note="No.", at=make.NOON)
    return "declined"


def withdraw(uuid):
    api.withdraw_author_request(make.COURSE, uuid, by=AUTHOR, at=make.NOON)
    return "withdrawn"


def deciders(uuid):
    """Two operators who approve, two who decline, and the author who takes it back, twice."""
    return (
        *(partial(approve, uuid, by) for by in (1, 2)),
        *(partial(decline, uuid, by) for by in (3, 4)),
        *(partial(withdraw, uuid) for _ in range(2)),
    )


def made_dearer():
    return models.Price.objects.filter(amount_minor=45_000).count()


@pytest.mark.parametrize("isolation", ISOLATIONS)
@pytest.mark.parametrize("atomic", [False, True])
def test_of_all_who_decide_at_once_one_does_and_only_that_is_done(isolation, atomic):
    asked = ask()
    done = race(*deciders(asked.uuid), isolation=isolation, atomic=atomic)
    (outcome,) = values(done)
    assert {type(error) for error in errors(done)} == {RequestDecided}
    assert api.author_request(asked.uuid).state == AuthorRequestState(outcome)
    assert made_dearer() == (1 if outcome == "approved" else 0)


def test_without_the_condition_of_the_update_several_decide(monkeypatch):
    """The twin: who looks first and writes then is told that they decided, all of them."""
    asked, looked = ask(), threading.Barrier(2, timeout=30)

    def look_then_write(asked, outcome, *, by, note, at):
        assert api.author_request(asked.uuid).is_waiting
        looked.wait()
        models.AuthorRequest.objects.filter(uuid=asked.uuid).update(
            outcome=outcome, open_key=None, decided_by=by, decided_at=at, note=note
        )

    monkeypatch.setattr(author_requests, "_decide", look_then_write)
    done = race(partial(approve, asked.uuid, 1), partial(withdraw, asked.uuid))
    assert sorted(values(done)) == ["approved", "withdrawn"]


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_of_eight_who_ask_for_the_same_at_once_one_waits(isolation):
    amounts = [f"{300 + place}.00" for place in range(8)]
    done = race(*(partial(ask, amount) for amount in amounts), isolation=isolation)
    assert len(values(done)) == 1
    assert {type(error) for error in errors(done)} == {ChangeNotAsked}
    assert models.AuthorRequest.objects.count() == 1


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_eight_times_the_same_is_one_request(isolation):
    done = race(*[ask] * 8, isolation=isolation)
    assert errors(done) == []
    assert len({one.uuid for one in values(done)}) == 1


def set_price(amount):
    api.price_authored(make.COURSE, "spectrum", price(amount), by=8, at=make.NOON)
    return "set"


@pytest.mark.parametrize("isolation", ISOLATIONS)
@pytest.mark.parametrize("atomic", [False, True])
def test_of_an_approval_and_another_price_at_once_one_is_done(isolation, atomic):
    asked = ask()
    done = race(
        partial(approve, asked.uuid, 1), partial(set_price, "150.00"),
        isolation=isolation, atomic=atomic,
    )  # fmt: skip
    assert len(values(done)) == 1
    (row,) = models.Price.objects.filter(valid_from=TOMORROW)
    waits = api.author_request(asked.uuid).is_waiting
    assert (row.amount_minor, waits) in {(45_000, False), (15_000, True)}


@pytest.fixture
def beside(monkeypatch):
    """An approval, and a change of the same fee after it has compared and before it has written.

    Starting it answers whether that change was there when the approval went on.
    """
    wanted = AuthoredOffering(title="Dearer", kind="certificate")
    change = AuthoredChange(wish=AuthorWish.CHANGE, code="spectrum", about=wanted)
    asked = api.ask_for_change(make.COURSE, change, reason="So.", by=AUTHOR, at=make.NOON)
    compared, changed, seen = threading.Event(), threading.Event(), []

    def change_it():
        assert compared.wait(30)
        other = AuthoredOffering(title="Another title", kind="course_run")
        api.change_authored(make.COURSE, "spectrum", other, by=8, at=make.NOON)
        changed.set()
        return "changed"

    def start(base, isolation):
        def compare(*args, **options):
            found = base(*args, **options)
            compared.set()
            seen.append(changed.wait(2))
            return found

        monkeypatch.setattr(selectors, "authored_base", compare)
        done = race(partial(approve, asked.uuid, 1), change_it, isolation=isolation)
        assert sorted(values(done)) == ["approved", "changed"]
        return seen

    return start


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_what_an_approval_has_compared_stays_so_until_it_is_done(beside, isolation):
    assert beside(selectors.authored_base, isolation) == [False]
    assert api.offering("spectrum").title == "Another title"


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_without_locks_an_approval_goes_over_what_nobody_has_looked_at(
    beside, monkeypatch, isolation
):
    """The twin: somebody says something else in between, and it is gone."""
    looked_at = selectors.author_request_summary(models.AuthorRequest.objects.get()).base
    monkeypatch.setattr(models.CatalogueMark, "change", lambda: None)
    assert beside(lambda *args, **options: looked_at, isolation) == [True]
    assert models.Offering.objects.get().title == "Dearer"
