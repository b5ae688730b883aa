"""When entries of two files are the same payment."""

from __future__ import annotations

import pytest

from factories.bank_files import (
    MAPPINGS,
    SAMPLES,
    camt,
    keys,
    ntry,
    sample,
    tx,
)


@pytest.mark.parametrize("name", SAMPLES)
def test_f19_a_file_that_comes_twice_has_the_same_keys(name):
    first, second = (keys(sample(name), MAPPINGS.get(name)) for _ in range(2))

    assert first == second
    assert len(set(first)) == len(first)


def test_f19_an_entry_of_overlapping_statements_is_the_same_entry():
    monday = ntry(details=tx(text="INV-2026-000123"))
    tuesday = ntry(details=tx(text="INV-2026-000123"), day="2026-01-06")

    (first,) = keys(camt(monday))
    assert keys(camt(tuesday, monday))[1] == first
    assert keys(camt(tuesday, monday))[0] != first


def test_two_equal_payments_of_one_day_stay_two_and_are_recognised_together():
    same = ntry(details=tx(text="INV-2026-000123"))

    one, other = keys(camt(same, same))
    assert one != other
    assert keys(camt(same, ntry("5.00"), same))[::2] == [one, other]


def test_a_notification_and_the_statement_after_it_state_one_payment():
    (notified,) = keys(sample("camt054_v04.xml"))

    assert keys(sample("camt053_v02_batch.xml"))[0] == notified


def test_an_entry_that_was_pending_counts_again_when_it_is_booked():
    pending, booked = (
        keys(camt(ntry(status=f"<Cd>{status}</Cd>", reference="R1"))) for status in ("PDNG", "BOOK")
    )

    assert pending != booked


@pytest.mark.parametrize(
    "other",
    [
        ntry("10.01", reference="R1", details=tx(text="a b")),
        ntry(reference="R2", details=tx(text="a b")),
        ntry(reference="R1", details=tx(text="a c")),
        ntry(reference="R1", details=tx(text="a b"), day="2026-01-06"),
        ntry(reference="R1", details=tx(text="a b"), side="DBIT"),
        ntry(reference="R1", details=tx(text="a b"), more="<RvslInd>true</RvslInd>"),
    ],
)
def test_whatever_differs_makes_another_entry(other):
    assert keys(camt(other)) != keys(camt(ntry(reference="R1", details=tx(text="a b"))))


def test_blanks_line_breaks_and_the_number_in_the_file_make_no_other_entry():
    plain = keys(camt(ntry(reference="R1", details=tx(text="INV-2026-000123 Thanks"))))
    broken = ntry(
        reference="R1",
        details="<TxDtls><RmtInf><Ustrd>INV-2026-000</Ustrd><Ustrd>123\nThanks</Ustrd></RmtInf></TxDtls>",
    ).replace("<Ntry>", "<Ntry><NtryRef>77</NtryRef>")

    assert keys(camt(broken)) == plain
