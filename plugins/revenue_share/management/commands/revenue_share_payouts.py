"""``revenue_share_payouts list|propose|file|record``: payouts from the command line.

Approving takes a second person, whom a shell cannot tell from the first: that is done on the page.
"""

from __future__ import annotations

import os
from argparse import ArgumentTypeError
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from fairgate import clock
from fee_payments import api as fees
from fee_payments.exceptions import PaymentsError, UnknownBankAccount
from revenue_share import api, permissions
from revenue_share.data import Payable
from revenue_share.exceptions import RevenueShareError
from revenue_share.rules.bank_days import is_weekend


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
        take.add_argument("--currency", help="its currency, if the account has several")

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
        found = () if options["statement"] else api.list_payables()
        chosen = options["statement"] or _payable(found)
        uuid = api.propose_batch(
            chosen, execute_on=options["on"], reason=options["reason"], by=int(user.pk),
            at=clock.now(),
        )  # fmt: skip
        batch = api.batch(uuid)
        sums = ", ".join(str(total) for total in batch.totals)
        self.stdout.write(f"{uuid}  {len(batch.payouts)} proposed: {sums}")
        for one in (one for one in found if one.refusal):
            self.stderr.write(f"RS-{one.number:06d} is left out: {one.refusal}")
        if is_weekend(options["on"]):
            closed = "is a Saturday or a Sunday: the bank will pay on a later day."
            self.stderr.write(f"{options['on']} {closed}")

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
        account = _account(options["account"], options["currency"])
        try:
            content = options["file"].read_bytes()
            done = api.record_bank_file(content, by=None, at=clock.now(), account=account)
        except OSError as error:
            said = f"{options['file']} cannot be read: {error.strerror}."
            raise CommandError(said, returncode=2) from None
        except PaymentsError as error:
            # Formats of banks name their account; the page would ask for it.
            advice = "" if account else " A CSV is read by the mapping of its account: --account."
            raise CommandError(f"{options['file'].name}: {error}{advice}", returncode=2) from None
        self.stdout.write(
            f"{done.paid} paid, {done.returned} returned, {done.held} held, {done.known} known."
        )
        for fault in done.faults:
            self.stderr.write(fault)
        if done.faults:
            raise CommandError("Somebody has to look at what the bank has told.")


def _payable(found: Sequence[Payable]) -> list[int]:
    """The numbers of those that can be paid; of none, why not."""
    if chosen := [one.number for one in found if not one.refusal]:
        return chosen
    if not found:
        raise CommandError("Nothing is to be paid.")
    reasons = [f"RS-{one.number:06d}: {one.refusal}" for one in found]
    raise CommandError("\n".join(("Nothing can be proposed.", *reasons)))


def _account(number: str | None, currency: str | None) -> int | None:
    """The account of ours that a CSV is of, if one is named."""
    if number is None and currency is None:
        return None
    if number is None:
        raise CommandError("--currency says which --account it is of.", returncode=2)
    try:
        return fees.bank_account_id(number, currency=currency)
    except UnknownBankAccount as error:
        said = f"{error} Of one with several currencies, say which with --currency."
        raise CommandError(str(error) if currency else said, returncode=2) from None


def _day(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise ArgumentTypeError(f"“{text}” is not a day like 2026-12-15.") from None
