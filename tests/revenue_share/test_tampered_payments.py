"""``check`` finds what somebody did by hand to statements, payouts and what they have posted."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from django.db import connection

from factories import payouts as make
from factories import revenue_share as facts
from revenue_share import api, statements
from revenue_share.data import AcceptedAs
from revenue_share.models import (
    LedgerEntry,
    LedgerTransaction,
    Payout,
    PayoutEntry,
    RevenueEvent,
    Statement,
)

pytestmark = pytest.mark.django_db


def damage(statement: str, *values: object) -> None:
    """Write by hand, past all that the models refuse."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        assert cursor.rowcount


def broken() -> set[str]:
    """The invariants that are broken."""
    return {fault.invariant for fault in api.check()}


def write_document(row: Statement, text: str) -> None:
    """Give a statement another document, and the hash of it."""
    damage(
        "UPDATE revenue_share_statement SET document = %s, sha256 = %s WHERE number = %s",
        text, statements.digest(text), row.number,
    )  # fmt: skip


STATEMENTS = [
    "payable_minor = payable_minor - 100, closing_minor = closing_minor + 100",
    "number = number + 100",
    "minimum_payout_minor = 1",
    "state = 'carried'",
    "state = 'paid'",
    "opening_minor = 100, payable_minor = payable_minor + 100",
    "currency = 'EUR'",
    "sha256 = ''",
]


@pytest.mark.parametrize("change", STATEMENTS)
def test_a_column_that_is_not_what_the_document_says_is_found(change):
    make.closed_october()
    damage(f"UPDATE revenue_share_statement SET {change} WHERE party = 'GSMA'")  # noqa: S608
    assert "statement is as frozen" in broken()


def test_a_close_of_another_moment_is_found():
    make.closed_october()
    damage("UPDATE revenue_share_periodclose SET closed_at = '2026-12-03 09:00:00'")
    assert "statement is as frozen" in broken()


@pytest.mark.parametrize("forged", ["evil-offering", 'spectrum-online", "'])
def test_a_document_forged_with_its_hash_is_found(forged):
    make.closed_october()
    row = Statement.objects.get(party="GSMA")
    write_document(row, row.document.replace("spectrum-online", forged))
    assert broken() & {"statement is as frozen", "statement is as its sums"}


def test_a_document_forged_with_its_hash_and_its_columns_is_found():
    # given: a minimum payout that nobody agreed on, so that all of it is carried on
    make.closed_october()
    row = Statement.objects.get(party="GSMA")
    told = json.loads(row.document)
    told |= {"minimum_payout": "900.00", "payable": "0.00", "closing": told["payable"]}
    told["state"] = "carried"
    write_document(row, json.dumps(told))
    damage(
        "UPDATE revenue_share_statement SET payable_minor = 0, closing_minor = %s, "
        "minimum_payout_minor = 90000, state = 'carried' WHERE number = %s",
        row.payable_minor, row.number,
    )  # fmt: skip
    assert broken() == {"statement is as its sums"}


def test_a_kept_minimum_payout_forged_with_its_hash_and_its_column_is_found():
    """A month without lines has that of the statement before."""
    # given
    facts.put_terms_in_force()
    api.book_payment(facts.payment(), at=facts.NOON)
    for month in ("2026-10", "2026-11"):
        api.close_period(month, at=datetime(2027, 1, 4, tzinfo=UTC), by="ines")
    row = Statement.objects.get(party="ATC", period="2026-11")

    # when
    write_document(row, row.document.replace('_payout":"25.00"', '_payout":"24.50"'))
    damage(
        "UPDATE revenue_share_statement SET minimum_payout_minor = 2450 WHERE number = %s",
        row.number,
    )

    # then
    assert broken() == {"statement is as its sums"}


def test_numbers_moved_with_their_documents_are_found():
    make.closed_october()
    for row in Statement.objects.all():
        told = json.loads(row.document)
        write_document(row, json.dumps(told | {"number": row.number + 100}))
    damage("UPDATE revenue_share_statement SET number = number + 100")
    assert broken() == {"statements are numbered"}


def in_the_earlier_format(row: Statement) -> str:
    """The document as it was frozen when each event had a line of its own."""
    told = json.loads(row.document) | {"schema": "fairgate-statement/1"}
    page = api.events_page(statements.read_document(row.document), limit=100)
    told["lines"] = [
        {
            "event": one.event, "kind": one.kind, "part": one.part, "sale": one.sale,
            "occurred_at": one.occurred_at.isoformat(), "period": one.period,
            "course": one.course_key, "offering": one.offering_code, "agreement": one.agreement,
            "version": one.version, "base": str(one.base.amount), "amount": str(one.amount.amount),
        }
        for _, one in page
    ]  # fmt: skip
    return json.dumps(told)


def test_a_statement_in_the_earlier_format_holds():
    make.closed_october()
    row = Statement.objects.get(party="GSMA")
    write_document(row, in_the_earlier_format(row))
    assert api.check() == ()


def test_a_statement_in_the_earlier_format_that_was_forged_is_found():
    make.closed_october()
    row = Statement.objects.get(party="GSMA")
    write_document(row, in_the_earlier_format(row).replace(facts.COURSE, "course-v1:A+B+C"))
    assert broken() == {"statement is as its sums"}


@pytest.fixture
def ordered(settings):
    """A payout of GSMA's statement that is in a file for the bank."""
    make.set_up(settings)
    make.closed_october()
    make.account()
    make.approved()
    return Payout.objects.get()


def pay(payout: Payout) -> None:
    """Let the bank execute it."""
    make.record(make.entry(payout.end_to_end_id, "91.73"))


ORDERED = [
    ("DELETE FROM revenue_share_payout", "payout is in its batch"),
    (
        "UPDATE revenue_share_payout SET state = 'refused', live_key = NULL",
        "payout is in its batch",
    ),
    ("UPDATE revenue_share_payout SET state = 'proposed'", "payout is in its batch"),
    ("UPDATE revenue_share_payout SET state = 'held'", "payout is as the bank says"),
    (
        "UPDATE revenue_share_payout SET uuid = '00000000000000000000000000000008'",
        "name of a payout follows from its key",
    ),
    (
        "UPDATE revenue_share_payout SET end_to_end_id = 'RS-000003-0000000A'",
        "name of a payout follows from its key",
    ),
    (
        "UPDATE revenue_share_payout SET bare_id = 'RS0000030000000A'",
        "name of a payout follows from its key",
    ),
    ("UPDATE revenue_share_payout SET debit_currency = 'EUR'", "file asks for its payouts"),
    ("UPDATE revenue_share_payoutbatch SET sealed = 'x'", "file asks for its payouts"),
    ("UPDATE revenue_share_payoutbatch SET sha256 = 'x'", "file asks for its payouts"),
    (
        "UPDATE revenue_share_payoutbatch SET execute_on = '2026-12-24'",
        "file asks for its payouts",
    ),
    (
        "UPDATE revenue_share_payoutbatch SET message_id = 'RS1'",
        "name of a payout follows from its key",
    ),
]


@pytest.mark.parametrize(("statement", "invariant"), ORDERED, ids=[one for one, _ in ORDERED])
def test_what_was_done_to_an_ordered_payout_is_found(ordered, statement, invariant):
    assert api.check() == ()
    damage(statement)
    assert invariant in broken()


def test_a_payout_that_was_taken_out_of_a_file_of_several_is_found(ordered):
    make.account("ATC")
    make.approved()
    first, second = Payout.objects.order_by("pk")
    damage("UPDATE revenue_share_payout SET batch_id = %s WHERE id = %s", first.batch_id, second.pk)
    assert {"payout is in its batch", "file asks for its payouts"} <= broken()


def test_another_account_than_was_written_to_is_found(ordered):
    other = make.account("GSMA", "EUR", number=make.THEIRS_EUR)
    damage("UPDATE revenue_share_payout SET account_id = %s", other.pk)
    assert "file asks for its payouts" in broken()


def test_without_keys_the_files_are_left_alone(ordered, settings):
    settings.REVENUE_SHARE_PAYOUT_KEYS = []
    damage("UPDATE revenue_share_payoutbatch SET sha256 = 'x'")
    assert api.check() == ()


def test_a_paid_payout_without_its_entry_of_the_bank_is_found(ordered):
    pay(ordered)
    assert api.check() == ()
    damage("DELETE FROM revenue_share_payoutentry")
    assert "payout is as the bank says" in broken()


def test_a_returned_payout_without_its_entry_of_the_bank_is_found(ordered):
    pay(ordered)
    make.record(make.entry(ordered.end_to_end_id, "91.73", side="CRDT", day="2026-12-18"))
    assert api.check() == ()
    damage("DELETE FROM revenue_share_payoutentry WHERE is_credit")
    assert "payout is as the bank says" in broken()


def test_a_refused_batch_whose_payout_lives_again_is_found(settings):
    make.set_up(settings)
    make.closed_october()
    make.account()
    api.refuse_batch(make.proposed(), by=make.CONFIRMER, because="no", at=make.PAY_DAY)
    assert api.check() == ()
    damage("UPDATE revenue_share_payout SET state = 'ordered', live_key = statement_id")
    assert "payout is in its batch" in broken()


OF_PAYOUT = (
    "UPDATE revenue_share_ledgerentry SET {} WHERE account = '{}' AND transaction_id IN "
    "(SELECT id FROM revenue_share_ledgertransaction WHERE cause_kind = 'payout')"
)
POSTED = [
    OF_PAYOUT.format("party = 'PLATFORM'", "payable_cleared"),
    OF_PAYOUT.format("account = 'unallocated', party = ''", "payable_cleared"),
    OF_PAYOUT.format("account = 'fx_gain_loss'", "payable_cleared"),
    "UPDATE revenue_share_ledgertransaction SET occurred_at = '2026-12-17 00:00:00' "
    "WHERE cause_kind = 'payout'",
]


@pytest.mark.parametrize("statement", POSTED)
def test_what_a_payout_has_posted_elsewhere_is_found(ordered, statement):
    pay(ordered)
    damage(statement)
    assert "payout is posted" in broken()


def test_a_difference_of_the_bank_on_another_account_is_found(ordered):
    # given: a fee of the bank, which two people have accepted
    make.record(make.entry(ordered.end_to_end_id, "92.73"))
    (entry,) = PayoutEntry.objects.all()
    step = api.ask_to_accept(
        entry.pk, accepted_as=AcceptedAs.PAYMENT, reason="fee", by=make.ASKER, at=make.PAY_DAY
    )
    api.accept_difference(step, by=make.CONFIRMER, at=make.PAY_DAY)
    assert api.check() == ()
    damage(OF_PAYOUT.format("account = 'unallocated', party = ''", "fx_gain_loss"))
    assert "payout is posted" in broken()


def test_a_payout_that_came_back_more_than_once_holds(ordered):
    # given: executed, returned, executed and returned once more by the bank
    for number, side in enumerate(("DBIT", "CRDT", "DBIT", "CRDT")):
        make.record(make.entry(ordered.end_to_end_id, "91.73", side=side, reference=f"E{number}"))
        assert api.check() == ()


def test_an_invented_close_is_found():
    make.closed_october()
    transaction = LedgerTransaction.objects.create(
        key="set_off:x", kind="set_off", cause_kind="close", cause_uuid=facts.named("close"),
        period="2026-11", currency="USD", debit_minor=5000, credit_minor=5000,
        occurred_at=facts.CLOSE_DAY, posted_at=facts.CLOSE_DAY,
    )  # fmt: skip
    LedgerEntry.objects.bulk_create(
        LedgerEntry(
            transaction=transaction, account=account, period="2026-11", currency="USD",
            debit_minor=debit, credit_minor=5000 - debit,
        )
        for account, debit in (("tax_payable", 5000), ("processor_fee", 0))
    )  # fmt: skip
    assert "set-off follows from its close" in broken()


@pytest.fixture
def set_off():
    """October and November are closed, and a dispute after October's hold was set off."""
    facts.put_terms_in_force()
    facts.book_october()
    api.close_period("2026-10", at=facts.CLOSE_DAY, by="ines")
    later = datetime(2026, 12, 5, 10, tzinfo=UTC)
    api.book_dispute(facts.dispute(of=("S2",), at=later), at=later)
    for name in ("T1", "T2", "T3"):
        api.book_payment(facts.payment(name, "400.00", at=later), at=later)
    api.close_period("2026-11", at=datetime(2027, 1, 10, 9, tzinfo=UTC), by="ines")
    api.close_period("2026-12", at=datetime(2027, 2, 10, 9, tzinfo=UTC), by="ines")
    assert LedgerTransaction.objects.filter(kind="set_off").exists()


def test_set_offs_hold(set_off):
    assert api.check() == ()


@pytest.mark.parametrize("change", ["account = 'unallocated'", "party = 'GSMA2'"])
def test_a_set_off_on_other_accounts_is_found(set_off, change):
    damage(
        f"UPDATE revenue_share_ledgerentry SET {change} WHERE account = 'receivable' AND "  # noqa: S608
        "transaction_id IN "
        "(SELECT id FROM revenue_share_ledgertransaction WHERE kind = 'set_off')"
    )
    assert "set-off follows from its close" in broken()


def test_a_set_off_that_is_gone_is_found(set_off):
    damage(
        "DELETE FROM revenue_share_ledgerentry WHERE transaction_id IN "
        "(SELECT id FROM revenue_share_ledgertransaction WHERE kind = 'set_off')"
    )
    damage("DELETE FROM revenue_share_ledgertransaction WHERE kind = 'set_off'")
    assert "set-off follows from its close" in broken()


STAGES = [
    ("allocation", "payable_on_hold", "payable_cleared"),
    ("allocation", "payable_on_hold", "receivable"),
    ("hold_cleared", "payable_cleared", "receivable"),
    ("hold_cleared", "fund_available", "payable_cleared"),
    ("dispute_opened", "receivable", "payable_cleared"),
    ("dispute_opened", "dispute_fee", "fee_lost"),
    ("refund", "payable_on_hold", "payable_cleared"),
    ("refund", "fee_lost", "dispute_fee"),
]


@pytest.mark.parametrize(("kind", "account", "other"), STAGES)
def test_money_of_a_party_at_another_stage_is_found(set_off, kind, account, other):
    damage(
        "UPDATE revenue_share_ledgerentry SET account = %s WHERE account = %s "
        "AND transaction_id IN (SELECT id FROM revenue_share_ledgertransaction WHERE kind = %s)",
        other, account, kind,
    )  # fmt: skip
    assert "stage follows from the hold" in broken()


def test_a_dispute_that_was_won_after_the_hold_holds(set_off):
    later = datetime(2027, 2, 12, 10, tzinfo=UTC)
    api.book_dispute(facts.dispute("won", of=("S2",), at=later, opened_at=later), at=later)
    assert api.check() == ()


EVENTS = [
    ("occurred_at = '2025-10-15 12:00:00'", "sale"),
    ("occurred_at = '2026-10-16 12:00:00'", "sale"),
    ("occurred_at = '2026-11-06 12:00:00'", "refund"),
    ("booked_at = '2026-10-01 00:00:00'", "sale"),
    ("booked_at = '2026-12-31 00:00:00'", "refund"),
    (f"payload_sha256 = '{'0' * 64}'", "sale"),
    (f"payload_sha256 = '{'0' * 64}'", "waived_seat"),
    ("fee_bearer = 'ATC'", "refund"),
    ("dispute_fee_bearer = 'ATC'", "refund"),
    ("processor_fee_bearer = 'ATC'", "refund"),
    ("merchant = 'ATC'", "refund"),
    ("terms_version = '00000000000000000000000000000007'", "refund"),
    ("minimum_payout_minor = 999999999", "refund"),
    ("period = '2026-11'", "refund"),
    ("excess_minor = 5", "waived_seat"),
]


@pytest.mark.parametrize(("change", "kind"), EVENTS)
def test_a_column_of_an_event_that_is_not_as_it_was_told_is_found(change, kind):
    facts.put_terms_in_force()
    facts.book_october()
    api.book_waived_seat(facts.waived_seat(), at=facts.NOON)
    assert api.check() == ()
    damage(f"UPDATE revenue_share_revenueevent SET {change} WHERE kind = %s", kind)  # noqa: S608
    assert "event is as it was told" in broken()


def test_the_excess_of_a_sale_is_found():
    facts.put_terms_in_force()
    facts.book_october()
    damage("UPDATE revenue_share_revenueevent SET excess_minor = 5 WHERE kind = 'sale'")
    assert "event is as it was told" in broken()


def test_what_the_fund_paid_for_a_seat_on_another_account_is_found():
    facts.put_terms_in_force()
    api.book_waived_seat(facts.waived_seat(), at=facts.NOON)
    assert api.check() == ()
    damage("UPDATE revenue_share_ledgerentry SET account = 'receivable' WHERE party = 'FUND'")
    assert "stage follows from the hold" in broken()


def test_an_invented_transaction_of_a_sale_is_found():
    # given: money of a party that is cleared before its hold has ended
    facts.put_terms_in_force()
    facts.book_october()
    sale = RevenueEvent.objects.filter(kind="sale").first()
    transaction = LedgerTransaction.objects.create(
        key="early", kind="allocation", cause_kind="sale", cause_uuid=sale.uuid,
        period=sale.counted_in, currency="USD", debit_minor=100, credit_minor=100,
        occurred_at=sale.occurred_at, posted_at=sale.booked_at,
    )  # fmt: skip
    LedgerEntry.objects.bulk_create(
        LedgerEntry(
            transaction=transaction, account=account, party="GSMA", period=sale.counted_in,
            currency="USD", debit_minor=debit, credit_minor=100 - debit,
        )
        for account, debit in (("payable_on_hold", 100), ("payable_cleared", 0))
    )  # fmt: skip
    assert broken() == {"stage follows from the hold"}
