"""Imports a bank's file and matches it: ``fee_payments_bank FILE [--account …] [--dry-run]``."""

from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from fairgate import clock
from fairgate.counted import counted
from fee_payments import api
from fee_payments.data.bank import ImportSummary
from fee_payments.exceptions import AlreadyImported, PaymentsError


class Command(BaseCommand):
    """Again is the same: what was stored is known, what was matched stays matched."""

    help = (
        "Import a bank statement file (camt.053, camt.054, MT940, or a CSV of the account named) "
        "and match its payments with invoices. A file that is not whole is refused whole."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What the operator decides."""
        parser.add_argument("file", type=Path, help="the file of the bank")
        parser.add_argument("--account", help="number of the account that a CSV is of")
        parser.add_argument("--currency", help="its currency, if the account has several")
        parser.add_argument(
            "--dry-run", action="store_true", help="show what would be matched; keep nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, store, match; or only show."""
        at, name = clock.now(), options["file"].name
        try:
            content = options["file"].read_bytes()
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}.") from None
        try:
            account = self._account(options["account"], options["currency"])
            if options["dry_run"]:
                self._show(content, account)
                return
            done = self._import(content, name, account)
            applied = api.apply_import(done.uuid, by=None, at=at)
        except PaymentsError as refused:
            raise CommandError(f"{name}: {refused}") from None
        self.stdout.write(
            f"{name}: {counted(done.new, 'new line')}, {applied.matched} matched, "
            f"{applied.taken_back} taken back, {applied.left} left to a person"
        )

    def _account(self, number: str | None, currency: str | None) -> int | None:
        if number is None:
            return None
        return api.bank_account_id(number, currency=currency)

    def _import(self, content: bytes, name: str, account: int | None) -> ImportSummary:
        """Store the file; one that is stored already goes on to be matched."""
        try:
            return api.import_statements(
                content, file_name=name, by=None, at=clock.now(), account=account, told=self._tell
            )
        except AlreadyImported as known:
            self.stderr.write(str(known))
            return known.imported

    def _tell(self, now: ImportSummary) -> None:
        self.stderr.write(f"{now.stored} of {now.total} entries", ending="\r")

    def _show(self, content: bytes, account: int | None) -> None:
        proposed, known = api.preview_statements(content, account=account)
        reasons = Counter(one.proposal.reason.value for one in proposed)
        certain = sum(one.proposal.is_certain for one in proposed)
        self.stdout.write(
            f"{counted(len(proposed), 'new line')}, {known} known; {certain} would be matched, "
            f"{len(proposed) - certain} left to a person"
        )
        for reason, count in sorted(reasons.items()):
            self.stdout.write(f"  {reason}: {count}")
