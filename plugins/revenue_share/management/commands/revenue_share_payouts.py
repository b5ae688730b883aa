"""``revenue_share_payouts list|propose|file|record``: payouts from the command line.

Approving takes a second person, whom a shell cannot tell from the first: that is done on the page.
"""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from fairgate import clock
from fee_payments import api as fees
from fee_payments.exceptions import PaymentsError
from revenue_share import api, permissions
from revenue_share.exceptions import RevenueShareError


class Command(BaseCommand):
    """Every act is the api's; the sentences are its own."""

    help = "Show what is to be paid, propose it, write a file for the bank, record the bank's file."

    def add_arguments(self, parser: CommandParser) -> None:
        """One act, with what it needs."""
        acts = parser.add_subparsers(dest="act", required=True)
        acts.add_parser("list", help="what is to be paid, and why not")
        ask = acts.add_parser("propose", help="propose all that can be paid, for a second person")
        ask.add_argument("--on", required=True, type=_day, help="day of payment, like 2026-12-15")
        ask.add_argument("--by", required=True, help="user name of who proposes, and may")
        ask.add_argument("--reason", required=True, help="why, for the record")
        ask.add_argument("--statement", type=int, action="append", help="only these numbers")
        write = acts.add_parser("file", help="write the file of an approved batch")
        write.add_argument("batch", type=UUID, help="its key, as the page has it")
        write.add_argument("out", type=Path, help="where to; only you can read it there")
        take = acts.add_parser("record", help="record what a file of the bank says")
        take.add_argument("file", type=Path, help="camt.053, camt.054, MT940, or a CSV")
        take.add_argument(
            "--account",
            metavar="NUMBER",
            help="number of our account that a CSV is of; its mapping says how it is read",
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Do it; exit code 1 when it is refused or somebody has to look, 2 for a bad file."""
        try:
            getattr(self, f"_{options['act']}")(options)
        except RevenueShareError as error:
            raise CommandError(str(error)) from None

    def _list(self, _options: Any) -> None:
        payables = api.list_payables()
        if not payables:
            self.stdout.write("Nothing is to be paid.")
        for one in payables:
            paid = one.conversion.converted if one.conversion else "–"
            note = str(one.refusal or one.account)
            self.stdout.write(
                f"RS-{one.number:06d}  {one.period}  {one.party}  {one.amount}  arrives {paid}"
                f"  {note}"
            )

    def _propose(self, options: Any) -> None:
        user = get_user_model()._default_manager.filter(
            username=options["by"], is_active=True
        ).first()  # fmt: skip
        if user is None or not permissions.may(user, permissions.PROPOSE_PAYOUT):
            raise CommandError(f"{options['by']} may not propose payouts.")
        chosen = options["statement"] or [
            one.number for one in api.list_payables() if not one.refusal
        ]
        uuid = api.propose_batch(
            chosen, execute_on=options["on"], reason=options["reason"], by=int(user.pk),
            at=clock.now(),
        )  # fmt: skip
        batch = api.batch(uuid)
        sums = ", ".join(str(total) for total in batch.totals)
        self.stdout.write(f"{uuid}  {len(batch.payouts)} proposed: {sums}")

    def _file(self, options: Any) -> None:
        found = api.payment_order(options["batch"])
        try:
            # It has accounts in full: nobody else may read it, and nothing is written over.
            place = os.open(options["out"], os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(place, "wb") as out:
                out.write(found.content)
        except OSError as error:
            raise CommandError(
                f"{options['out']} cannot be written: {error.strerror}.", returncode=2
            ) from None
        self.stdout.write(f"{options['out']}  {found.sha256}")

    def _record(self, options: Any) -> None:
        named = options["account"]
        try:
            content = options["file"].read_bytes()
            account = fees.bank_account_id(named, currency=None) if named else None
            done = api.record_bank_file(content, by=None, at=clock.now(), account=account)
        except OSError as error:
            said = f"{options['file']} cannot be read: {error.strerror}."
            raise CommandError(said, returncode=2) from None
        except PaymentsError as error:
            # Formats of banks name their account; the page would ask for it.
            advice = "" if named else " A CSV is read by the mapping of its account: --account."
            raise CommandError(f"{options['file'].name}: {error}{advice}", returncode=2) from None
        self.stdout.write(
            f"{done.paid} paid, {done.returned} returned, {done.held} held, {done.known} known."
        )
        for fault in done.faults:
            self.stderr.write(fault)
        if done.faults:
            raise CommandError("Somebody has to look at what the bank has told.")


def _day(text: str) -> date:
    return date.fromisoformat(text)
