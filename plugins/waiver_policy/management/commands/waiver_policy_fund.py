"""``manage.py waiver_policy_fund``: shows, checks and serves the waiver fund."""

from __future__ import annotations

import argparse
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from fairgate import clock
from fairgate.counted import counted
from fairgate.money import Money, MoneyError
from fairgate.whole_numbers import whole_number
from waiver_policy import api
from waiver_policy.data import FundBalance, ManualCreditSummary
from waiver_policy.exceptions import WaiverError
from waiver_policy.management.options import text_of
from waiver_policy.models import ManualCredit
from waiver_policy.selectors.operators import usernames


class Command(BaseCommand):
    """Exit code 0: done. 1: not possible, or a person must look. 2: an option is wrong."""

    help = "Shows, checks and serves the waiver fund, and takes credits that two people agree on."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        show = actions.add_parser("show", help="what each fund has, owes, and who waits")
        runway = actions.add_parser("runway", help="how many months the free money lasts")
        runway.add_argument("--months", type=_months, default=None, help="full months to look at")
        for one in (show, runway):
            one.add_argument("--currency", type=_currency, default=None, help="one fund only")
        actions.add_parser("check", help="whether balances and counters are what their rows say")
        actions.add_parser("expire", help="end what was not used in time, and serve who waits")
        actions.add_parser("serve", help="serve the waiting lists of all funds")
        actions.add_parser("proposed", help="credits that wait for a second person")
        self._add_credit(actions.add_parser("credit", help="propose money for a fund"))
        for name, words in (
            ("confirm", "book what another person has proposed"),
            ("reject", "close a proposal without booking it"),
        ):
            sub = actions.add_parser(name, help=words)
            sub.add_argument("credit", type=_uuid, help="the proposal's uuid")
            sub.add_argument("--by", required=True, help="the user name of who does it")

    def _add_credit(self, sub: argparse.ArgumentParser) -> None:
        sub.add_argument("amount", help="like 250.00, negative with “--kind correction”")
        sub.add_argument("currency", type=_currency, help="like USD")
        sub.add_argument("--kind", choices=["manual", "donation", "correction"], default="manual")
        sub.add_argument(
            "--reason", required=True, type=text_of(ManualCredit, "reason"),
            help="where it comes from, or why it is taken out",
        )  # fmt: skip
        sub.add_argument("--by", required=True, help="the user name of who proposes it")
        sub.add_argument(
            "--effective-on", type=_day, default=None, help="UTC day, today by default"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        action = getattr(self, f"_{options['action']}")
        try:
            action(options)
        except WaiverError as error:
            raise CommandError(str(error), returncode=1) from None

    def _funds(self, options: dict[str, Any]) -> tuple[FundBalance, ...]:
        if options["currency"]:
            return (api.fund_balance(options["currency"]),)
        found = api.list_funds()
        if not found:
            self.stdout.write("No fund has had any money yet.")
        return found

    def _show(self, options: dict[str, Any]) -> None:
        for fund in self._funds(options):
            self.stdout.write(
                f"{fund.currency}: available {fund.available.amount}, reserved "
                f"{fund.reserved.amount}, committed {fund.committed.amount}, shortfall "
                f"{fund.shortfall.amount}; {counted(fund.waiting, 'person', 'people')} waiting "
                "for money."
            )

    def _runway(self, options: dict[str, Any]) -> None:
        for fund in self._funds(options):
            found = api.runway(fund.currency, at=clock.now(), months=options["months"])
            lasts = "nothing was spent, so nobody can tell how long it lasts"
            if found.lasts is not None:
                lasts = f"it lasts {found.lasts} months"
            self.stdout.write(
                f"{fund.currency}: available {found.available.amount}, spent {found.spent.amount} "
                f"in {counted(found.over_months, 'full month')}: {lasts}."
            )

    def _check(self, options: dict[str, Any]) -> None:
        faults = api.check_funds()
        for fault in faults:
            self.stderr.write(f"{fault.subject}: {fault.sentence}")
        if faults:
            raise CommandError(f"{counted(len(faults), 'difference')} found.", returncode=1)
        self.stdout.write("Every balance and counter is what its rows add up to.")

    def _expire(self, options: dict[str, Any]) -> None:
        done = api.expire_grants(at=clock.now())
        self.stdout.write(
            f"{counted(done.grants, 'grant')} and {counted(done.places, 'place')} on the waiting "
            "list expired."
        )

    def _serve(self, options: dict[str, Any]) -> None:
        made = api.serve_waiting_lists(at=clock.now())
        self.stdout.write(f"{counted(len(made), 'offer')} made to who waited.")

    def _proposed(self, options: dict[str, Any]) -> None:
        found = api.list_manual_credits()
        for credit in found:
            self.stdout.write(_line(credit))
        if not found:
            self.stdout.write("No credit waits for a second person.")

    def _credit(self, options: dict[str, Any]) -> None:
        try:
            amount = Money(options["amount"].strip(), options["currency"])
        except MoneyError as error:
            raise CommandError(str(error), returncode=2) from None
        credit = api.propose_credit(
            amount,
            kind=options["kind"],
            reason=options["reason"],
            by=_user(options["by"]),
            at=clock.now(),
            effective_on=options["effective_on"],
        )
        self.stdout.write(_line(credit))
        self.stdout.write("Another person has to confirm it; until then nothing is in the fund.")

    def _confirm(self, options: dict[str, Any]) -> None:
        by = _user(options["by"])
        self.stdout.write(_line(api.confirm_credit(options["credit"], by=by, at=clock.now())))

    def _reject(self, options: dict[str, Any]) -> None:
        by = _user(options["by"])
        self.stdout.write(_line(api.reject_credit(options["credit"], by=by, at=clock.now())))


def _line(credit: ManualCreditSummary) -> str:
    """What a second person has to know: how much, why, from which day on, who says so."""
    names = usernames([credit.proposed_by])
    by = names.get(credit.proposed_by, f"user {credit.proposed_by}, who is gone")
    return (
        f"{credit.uuid}: {credit.kind} of {credit.amount} for {credit.effective_on}, "
        f"“{credit.reason}”, proposed by {by} on {credit.proposed_at:%Y-%m-%d %H:%M} UTC: "
        f"{credit.state}."
    )


def _user(name: str) -> int:
    user = get_user_model().objects.filter(username=name).first()
    if user is None:
        raise CommandError(f"There is no user “{name}”.", returncode=2)
    return int(user.pk)


def _currency(text: str) -> str:
    try:
        return Money.zero(text).currency
    except MoneyError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _months(text: str) -> int:
    number = whole_number(text)
    if number is not None and 1 <= number <= 120:
        return number
    raise argparse.ArgumentTypeError("a whole number from 1 to 120 is needed.")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("a day is written like 2026-11-24.") from None


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text[:40]}” is not the uuid of a proposal.") from None
