"""The same request several times at the same moment, on MariaDB: one step is asked for."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from uuid import uuid4

import pytest

from factories import payouts as make
from fairgate.money import Money
from races import ISOLATIONS, READ_COMMITTED, errors, race, values
from revenue_share import api
from revenue_share.exceptions import KeyReused
from revenue_share.models import Adjustment, AdjustmentLine, Payout, PayoutBatch, RateProposal
from revenue_share.services import adjusting

pytestmark = pytest.mark.mariadb

WORKERS = 6
BY = {"by": make.ASKER, "at": make.PAY_DAY}


@pytest.fixture(autouse=True)
def ready(transactional_db, settings):
    make.set_up(settings)
    make.closed_october()
    make.account()


def adjust(cents=100):
    moved = {"GSMA": Money.from_minor(cents, "USD"), "ATC": Money.from_minor(-cents, "USD")}
    return api.propose_adjustment(moved, reason="Slip", period="2026-12", key="k1", **BY)


def propose():
    return api.propose_batch([3], execute_on=make.ON, reason="December run", key="k1", **BY)


def enter_rate():
    return api.propose_rate(
        "USD", "CHF", Decimal("0.8"), effective_on=make.ON, reason="Bank", key="k1", **BY
    )


@pytest.mark.parametrize("isolation", ISOLATIONS)
@pytest.mark.parametrize(
    ("ask", "model"), [(adjust, Adjustment), (propose, PayoutBatch), (enter_rate, RateProposal)]
)
@pytest.mark.parametrize("atomic", [False, True])
def test_f4_of_the_same_request_many_times_at_once_one_asks(ask, model, isolation, atomic):
    outcomes = race(*[ask] * WORKERS, isolation=isolation, atomic=atomic)

    assert errors(outcomes) == []
    assert set(values(outcomes)) == {model.objects.get().uuid}
    assert Payout.objects.count() == (model is PayoutBatch)
    assert AdjustmentLine.objects.count() == 2 * (model is Adjustment)


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_f13_of_two_requests_with_one_key_at_once_one_is_refused(isolation):
    outcomes = race(*[adjust, partial(adjust, 200)] * 2, isolation=isolation)

    assert len(set(values(outcomes))) == 1
    assert {type(error) for error in errors(outcomes)} == {KeyReused}
    assert Adjustment.objects.count() == 1


def test_without_a_uuid_of_the_key_the_same_request_asks_many_times(monkeypatch):
    # given: the twin of the test above
    monkeypatch.setattr(adjusting, "step_uuid", lambda _key: uuid4())

    race(*[adjust] * WORKERS, isolation=READ_COMMITTED)

    assert Adjustment.objects.count() == WORKERS
