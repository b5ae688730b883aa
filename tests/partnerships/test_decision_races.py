"""Who decides when two act at once about a picture or a promotion: one, and it is known which."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from factories.brand import sent
from factories.partnerships import COURSE, put_in_force
from partnerships import api, models
from partnerships.data import Promotion, PromotionPlace
from partnerships.exceptions import AlreadyDecided
from partnerships.services import deciding
from races import ISOLATIONS, errors, race, values

pytestmark = pytest.mark.mariadb

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SENDER, COLLEAGUE, OTHER = 41, 42, 43


@dataclass(frozen=True)
class Kind:
    """What is decided about, and by which doors."""

    model: Any
    send: Callable[[Any], UUID]
    approve: Any
    refuse: Any
    withdraw: Any
    shown: Callable[[], list[Any]]


def send_promotion(version):
    asked = Promotion(
        place=PromotionPlace.COURSE,
        course=COURSE,
        language="en",
        text="Free reports",
        url="https://www.gsma.example/",
        first_day=date(2026, 11, 1),
        last_day=date(2027, 9, 30),
    )
    return api.propose_promotion(version.uuid, asked, by=SENDER, at=NOW)


PICTURE = Kind(
    model=models.BrandAsset,
    send=lambda _version: sent(by=SENDER).uuid,
    approve=api.approve_picture,
    refuse=api.refuse_picture,
    withdraw=api.withdraw_picture,
    shown=lambda: [one for one in api.branding_for(COURSE, at=NOW) if one.picture],
)
PROMOTION = Kind(
    model=models.Promotion,
    send=send_promotion,
    approve=api.approve_promotion,
    refuse=api.refuse_promotion,
    withdraw=api.withdraw_promotion,
    shown=lambda: list(api.promotions_on_course(COURSE, at=NOW)),
)
of_each_kind = pytest.mark.parametrize("kind", [PICTURE, PROMOTION], ids=["picture", "promotion"])


def everywhere(test):
    test = pytest.mark.parametrize("isolation", ISOLATIONS)(test)
    ids = ["own transaction", "ATOMIC_REQUESTS"]
    return of_each_kind(pytest.mark.parametrize("atomic", [False, True], ids=ids)(test))


@pytest.fixture
def waiting(kind):
    """One that nobody has decided about."""
    (version, *_others) = put_in_force()
    return kind.send(version)


def approve(kind, uuid, by):
    kind.approve(uuid, by=by, at=NOW)


def refuse(kind, uuid, by):
    kind.refuse(uuid, by=by, at=NOW, sentence="No.")


def withdraw(kind, uuid, by):
    kind.withdraw(uuid, by=by, reason="The wrong one.", at=NOW)


@everywhere
def test_of_two_approvals_at_once_one_counts(kind, waiting, isolation, atomic):
    decided = race(
        partial(approve, kind, waiting, COLLEAGUE), partial(approve, kind, waiting, OTHER),
        isolation=isolation, atomic=atomic,
    )  # fmt: skip

    (error,) = errors(decided)
    assert isinstance(error, AlreadyDecided)
    winner = COLLEAGUE if decided[0].error is None else OTHER
    assert kind.model.objects.get(uuid=waiting).decided_by == winner


@everywhere
def test_of_an_approval_and_a_refusal_at_once_one_counts(kind, waiting, isolation, atomic):
    decided = race(
        partial(approve, kind, waiting, COLLEAGUE), partial(refuse, kind, waiting, OTHER),
        isolation=isolation, atomic=atomic,
    )  # fmt: skip

    (error,) = errors(decided)
    assert isinstance(error, AlreadyDecided)
    is_approved = kind.model.objects.get(uuid=waiting).approved
    assert is_approved is (decided[0].error is None)


@everywhere
def test_what_is_withdrawn_while_it_is_approved_is_not_shown(kind, waiting, isolation, atomic):
    race(
        partial(approve, kind, waiting, COLLEAGUE), partial(withdraw, kind, waiting, SENDER),
        isolation=isolation, atomic=atomic,
    )  # fmt: skip

    assert kind.shown() == []


@of_each_kind
def test_without_the_conditional_update_both_decide(kind, waiting, monkeypatch):
    def whatever_was_decided(row):
        met.wait(10)
        return kind.model.objects.filter(pk=row.pk)

    met = threading.Barrier(2)
    monkeypatch.setattr(deciding, "undecided", whatever_was_decided)

    decided = race(
        partial(approve, kind, waiting, COLLEAGUE), partial(refuse, kind, waiting, OTHER)
    )

    assert len(values(decided)) == 2
