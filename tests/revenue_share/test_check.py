"""``check`` finds what somebody with the database's password did, and names the row."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from factories import revenue_share as facts
from revenue_share import api
from revenue_share.models import LedgerTransaction, RevenueEvent

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def october():
    facts.put_terms_in_force()
    facts.book_october()
    api.close_period("2026-10", at=facts.CLOSE_DAY, by="ines")


DAMAGE = [
    (
        "UPDATE revenue_share_partyrollup SET units_minor = units_minor + 1 WHERE party = 'GSMA'",
        "sums equal their events",
    ),
    (
        "UPDATE revenue_share_receiptrollup SET gross_minor = gross_minor + 1",
        "sums equal their events",
    ),
    ("UPDATE revenue_share_lockdate SET period = ''", "closed months stay closed"),
    (
        "UPDATE revenue_share_ledgertransaction SET posted_at = '2026-12-31 00:00:00'"
        " WHERE kind = 'sale'",
        "closed months stay closed",
    ),
    (
        "UPDATE revenue_share_ledgerentry SET debit_minor = debit_minor + 1 "
        "WHERE account = 'processor_fee' AND debit_minor > 0",
        "transaction balances",
    ),
    (
        "UPDATE revenue_share_allocationline SET units_minor = units_minor + 1 "
        "WHERE party = 'GSMA' AND part = 'share' AND units_minor = 3464",
        "lines sum to the event",
    ),
    (
        "UPDATE revenue_share_allocationline SET party = 'ATC2' WHERE party = 'ATC'",
        "position equals lines",
    ),
    (
        "UPDATE revenue_share_carriedremainder SET numerator = numerator + 1 WHERE party = 'ATC'",
        "carry is exact",
    ),
    (
        "UPDATE revenue_share_salestanding SET refunded_minor = 1",
        "standing equals lines",
    ),
    (
        "UPDATE revenue_share_ledgerentry SET account = 'processor_fee' "
        "WHERE account = 'gateway_clearing' AND credit_minor = 2500",
        "gateway clearing equals the gateway's lines",
    ),
    (
        "UPDATE revenue_share_statement SET document = '{}' WHERE party = 'GSMA'",
        "statement is as frozen",
    ),
    (
        "UPDATE revenue_share_statement SET opening_minor = 1, closing_minor = closing_minor + 1 "
        "WHERE party = 'GSMA'",
        "statements chain",
    ),
    (
        "UPDATE revenue_share_statement SET subtotal_minor = 0, payable_minor = 0 "
        "WHERE party = 'GSMA'",
        "statement equals its lines",
    ),
    (
        "UPDATE revenue_share_ledgertransaction SET {key} = 'gone' WHERE cause_kind = 'refund'",
        "event is posted",
    ),
    (
        "UPDATE revenue_share_ledgertransaction SET currency = 'EUR' WHERE kind = 'allocation'",
        "transaction balances",
    ),
    (
        "DELETE FROM revenue_share_ledgerentry WHERE account = 'payable_on_hold'",
        "transaction balances",
    ),
    (
        "UPDATE revenue_share_ledgerentry SET period = '2026-09' WHERE party = 'ATC'",
        "entry is of its transaction",
    ),
    (
        "UPDATE revenue_share_ledgertransaction SET cause_uuid = "
        "'00000000000000000000000000000008' WHERE kind = 'refund'",
        "transaction has its event",
    ),
    (
        "UPDATE revenue_share_ledgerentry SET account = 'unallocated' "
        "WHERE account = 'tax_payable'",
        "entries follow from their event",
    ),
    (
        "UPDATE revenue_share_revenueevent SET gross_minor = gross_minor + 1, "
        "excess_minor = excess_minor + 1 WHERE kind = 'refund'",
        "excess is beyond the sale",
    ),
]


def damage(statement: str) -> None:
    key = connection.ops.quote_name("key")
    with connection.cursor() as cursor:
        cursor.execute(statement.replace("{key}", key))


def test_untouched_books_hold():
    out = io.StringIO()
    call_command("revenue_share_check", stdout=out)
    assert out.getvalue() == "The books hold: every invariant is proved.\n"


@pytest.mark.parametrize(("statement", "invariant"), DAMAGE, ids=[name for _, name in DAMAGE])
def test_f40_damage_by_hand_is_found_and_named(statement, invariant):
    damage(statement)
    assert invariant in {fault.invariant for fault in api.check()}


def test_the_command_prints_the_row_and_fails():
    # given
    event = RevenueEvent.objects.get(kind="refund")
    posted = LedgerTransaction.objects.get(cause_uuid=event.uuid)
    damage("UPDATE revenue_share_ledgertransaction SET {key} = 'gone' WHERE cause_kind = 'refund'")
    out = io.StringIO()

    # when
    with pytest.raises(CommandError, match=r"Broken: 2 invariants\."):
        call_command("revenue_share_check", stdout=out)

    # then
    said = out.getvalue().splitlines()
    assert said[-1] == f"event is posted: {event}: the transaction refund is missing."
    assert [line.partition(":")[0] for line in said[:-1]] == ["stage follows from the hold"]
    assert posted.key == f"refund:{event.uuid}"
