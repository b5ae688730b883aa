"""Files of banks: taken whole, once, in portions; each entry once, whatever file it comes in."""

from __future__ import annotations

from functools import partial
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from factories import bank_files as files
from factories import invoices as papers
from fairgate.money import Money
from fee_payments import api, models
from fee_payments.exceptions import AlreadyImported, BankFileError, UnknownBankAccount
from fee_payments.services import bank_importing
from races import race, values

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("pays_by_invoice")]

AT = papers.LATER


def eur(text):
    return Money(text, "EUR")


@pytest.fixture(autouse=True)
def ours():
    return papers.account("EUR", number=files.ACCOUNT)


def take(content, **options):
    return api.import_statements(content, file_name="day.xml", by=papers.READER, at=AT, **options)


def apply(done):
    return api.apply_import(done.uuid, by=papers.READER, at=AT)


def entry(amount, text, **changes):
    return files.ntry(amount, details=files.tx(text=text), **changes)


def test_a_file_is_stored_first_and_matched_when_somebody_agrees():
    found = papers.bare_invoice(eur("40.00"))
    done = take(files.camt(entry("40.00", found.number), entry("7.00", "hello")))
    assert (done.total, done.new, done.waiting) == (2, 2, 2)
    assert api.invoice(found.uuid).missing == eur("40.00")
    applied = apply(done)
    assert (applied.matched, applied.left, applied.waiting) == (1, 1, 0)
    assert not api.invoice(found.uuid).missing


def test_f19_the_same_file_again_is_refused_and_says_when_it_came():
    content = files.camt(entry("40.00", "x"))
    take(content)
    with pytest.raises(AlreadyImported, match="imported on 2026-10-08; nothing was done"):
        take(content)
    assert (models.BankImport.objects.count(), models.BankLine.objects.count()) == (1, 1)


def test_f19_a_file_that_overlaps_another_adds_what_is_new_and_matches_once():
    found = papers.bare_invoice(eur("40.00"))
    apply(take(files.camt(entry("40.00", found.number, reference="B1"))))
    both = files.camt(
        entry("40.00", found.number, reference="B1"), entry("5.00", "new", reference="B2")
    )
    again = take(both)
    assert (again.total, again.new, apply(again).matched) == (2, 1, 0)
    assert models.BankMatch.objects.count() == 1


def test_f19_half_a_file_is_refused_whole_and_the_place_is_named():
    whole = files.camt(entry("40.00", "x"), entry("5.00", "y"))
    with pytest.raises(BankFileError, match="Line 1: The XML ends or breaks here"):
        take(whole[:-200])
    unbalanced = files.camt(entry("40.00", "x"), opening="0.00", closing="45.00")
    with pytest.raises(BankFileError, match="opens with"):
        take(unbalanced)
    assert not models.BankImport.objects.exists()


def test_f19_a_file_of_another_account_is_refused_whole():
    models.BankAccount.objects.update(number="DE02120300000000202051")
    with pytest.raises(UnknownBankAccount, match="ends with 3000, and that is none of ours"):
        take(files.camt(entry("40.00", "x")))
    other = papers.account("EUR", number="X").pk
    papers.account("USD", number=files.ACCOUNT)
    with pytest.raises(UnknownBankAccount):
        take(files.camt(entry("40.00", "x")), account=other)
    assert not models.BankImport.objects.exists()


def test_f19_a_large_file_whose_import_was_cut_short_goes_on_where_it_stopped(monkeypatch):
    monkeypatch.setattr(bank_importing, "PORTION", 3)
    content = files.camt(*(entry("1.00", f"no {n}") for n in range(10)))
    add, dies = bank_importing._add, [False, True]

    def add_once(row, portion, *, upto):
        if dies.pop(0) if dies else False:
            raise ConnectionError
        add(row, portion, upto=upto)

    monkeypatch.setattr(bank_importing, "_add", add_once)
    with pytest.raises(ConnectionError):
        take(content)
    assert models.BankImport.objects.get().lines_stored == 3
    seen = []
    done = take(content, told=lambda now: seen.append(now.stored))
    assert (done.new, done.is_whole, seen) == (10, True, [6, 9, 10])
    assert models.BankLine.objects.count() == 10


def test_f19_a_page_matches_some_lines_at_a_time_and_goes_on(monkeypatch):
    found = papers.bare_invoice(eur("40.00"))
    content = files.camt(*(entry("8.00", f"{found.number} no {n}") for n in range(5)))
    done = take(content)
    steps = [api.apply_import(done.uuid, by=1, at=AT, limit=2) for _ in range(4)]
    assert [(step.matched, step.waiting) for step in steps] == [(2, 3), (2, 1), (1, 0), (0, 0)]
    assert not api.invoice(found.uuid).missing


def test_money_that_goes_out_and_what_is_only_announced_is_not_kept():
    done = take(
        files.camt(
            entry("9.00", "rent", side="DBIT"),
            entry("8.00", "soon", status="<Cd>PDNG</Cd>"),
            entry("7.00", "back", side="DBIT", more="<RvslInd>true</RvslInd>"),
        )
    )
    assert [line.amount_minor for line in models.BankLine.objects.all()] == [700]
    assert done.total == 1


def test_a_csv_is_read_with_the_mapping_of_its_account(ours):
    ours.csv_mapping = files.GERMAN.to_json()
    ours.save()
    done = take(files.sample("csv_german.csv"), account=ours.pk)
    assert done.kind == "csv"
    assert models.BankLine.objects.count() == done.total > 0


@pytest.mark.mariadb
def test_f19_the_same_file_from_four_people_at_once_is_stored_once():
    content = files.camt(*(entry("1.00", f"no {n}") for n in range(20)))
    race(*[partial(take, content)] * 4)
    assert models.BankLine.objects.count() == 20
    assert models.BankImport.objects.get().lines_new == 20


@pytest.mark.mariadb
def test_f19_two_people_who_apply_one_file_match_each_line_once():
    found = papers.bare_invoice(eur("40.00"))
    done = take(files.camt(*(entry("8.00", f"{found.number} no {n}") for n in range(5))))
    applied = values(race(*[partial(apply, done)] * 4))
    assert sum(one.matched for one in applied) == models.BankMatch.objects.count() == 5
    assert not api.invoice(found.uuid).missing


def command(*arguments):
    out = StringIO()
    call_command("fee_payments_bank", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_the_command_shows_first_and_does_it_then(tmp_path):
    found = papers.bare_invoice(eur("40.00"))
    path = tmp_path / "october.xml"
    path.write_bytes(files.camt(entry("40.00", found.number), entry("7.00", "hello")))
    assert command(str(path), "--dry-run") == (
        "2 new lines, 0 known; 1 would be matched, 1 left to a person\n"
        "  exact: 1\n  nothing_found: 1\n"
    )
    assert not models.BankImport.objects.exists()
    said = "october.xml: 2 new lines, 1 matched, 0 taken back, 1 left to a person\n"
    assert command(str(path)) == said
    assert command(str(path)) == said.replace("1 matched", "0 matched").replace("1 left", "0 left")
    with pytest.raises(CommandError, match="accounts of ours have this number"):
        command(str(path), "--account", "nobody")
    with pytest.raises(CommandError, match=r"none\.xml cannot be read: No such file"):
        command(str(tmp_path / "none.xml"))


def test_logs_name_no_payer(caplog):
    with caplog.at_level("INFO", logger="fee_payments"):
        take(files.camt(entry("40.00", "from Ms Example, private")))
    assert "Example" not in caplog.text
