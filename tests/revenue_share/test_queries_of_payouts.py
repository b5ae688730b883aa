"""Lists of payouts take as many questions for many as for one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from factories import payouts as make
from factories import revenue_share as facts
from revenue_share import api
from revenue_share.models import Payout

pytestmark = pytest.mark.django_db

ENTRIES = 5


@pytest.fixture(autouse=True)
def october(settings):
    make.set_up(settings)
    make.closed_october()
    for party in ("GSMA", "ATC"):
        make.account(party)


def asked(read):
    with CaptureQueriesContext(connection) as queries:
        found = read()
    return len(queries), found


def wrong(*payouts):
    """A file of the bank with an amount for each that is a cent too low."""
    make.record(*(make.entry(one.end_to_end_id, "1.00", reference=str(one.pk)) for one in payouts))


def test_a_batch_of_two_with_what_the_bank_told_takes_as_many_as_one_of_one():
    # given
    first, second = make.numbers()
    make.approved(first)
    wrong(Payout.objects.get())
    of_one, _ = asked(api.list_batches)

    # when
    make.approved(second)
    wrong(Payout.objects.last())
    of_two, batches = asked(api.list_batches)

    # then
    assert [len(one.payouts) for one in batches] == [1, 1]
    assert [len(one.entries) for batch in batches for one in batch.payouts] == [1, 1]
    assert of_two == of_one
    faulty, found = asked(api.list_faulty_payouts)
    assert (len(found), faulty) == (2, ENTRIES)


def test_what_can_be_paid_is_listed_with_as_many_for_four_statements_as_for_two():
    # given
    of_two, found = asked(api.list_payables)
    assert len(found) == 2

    # when
    later = facts.CLOSE_DAY + timedelta(days=40)
    api.book_payment(facts.payment("N"), at=facts.CLOSE_DAY)
    api.book_payment(facts.payment("M"), at=facts.CLOSE_DAY)
    api.close_period("2026-11", at=later, by="ines")

    # then
    of_four, found = asked(api.list_payables)
    assert len(found) == 4
    assert of_four == of_two
