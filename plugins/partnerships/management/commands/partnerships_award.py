"""Proposes an award: what a partner delivered, and the tier that this reaches."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from fairgate import clock
from partnerships import api
from partnerships.exceptions import PartnershipsError


class Command(BaseCommand):
    """``manage.py partnerships_award GSMA --since DAY --until DAY``, and more to propose it."""

    help = (
        "Says which tier the deliveries of some days reach. With the days of the recognition, a "
        "reason and a user it proposes the award, which a second person confirms in the admin."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose deliveries, of which days, and for how long."""
        parser.add_argument("partner", help="code of the partner")
        parser.add_argument("--since", type=date.fromisoformat, required=True)
        parser.add_argument("--until", type=date.fromisoformat, required=True)
        parser.add_argument("--valid-from", type=date.fromisoformat)
        parser.add_argument("--valid-until", type=date.fromisoformat)
        parser.add_argument("--reason", default="")
        parser.add_argument("--by", default="", help="name of the user who proposes it")

    def handle(self, *args: Any, **options: Any) -> None:
        """Compute, and propose if asked."""
        try:
            self._compute(options)
            if options["valid_from"] and options["valid_until"]:
                self._propose(options)
        except PartnershipsError as error:
            raise CommandError(str(error)) from error

    def _compute(self, options: dict[str, Any]) -> None:
        days = {"since": options["since"], "until": options["until"]}
        found = api.tier_reached(options["partner"], **days, at=clock.now())
        tier = "no tier" if found.tier is None else found.tier.code
        self.stdout.write(f"{options['partner']}: {found.worth}, {tier}")
        for currency in found.uncounted:
            self.stdout.write(f"Not counted, for the tiers have no rate for it: {currency}")

    def _propose(self, options: dict[str, Any]) -> None:
        user = get_user_model()._default_manager.filter(username=options["by"]).first()
        if user is None:
            raise CommandError("Name with --by the user who proposes it.")
        days = {name: options[name] for name in ("since", "until", "valid_from", "valid_until")}
        award = api.propose_award(
            options["partner"], **days, reason=options["reason"], by=user.pk, at=clock.now()
        )
        self.stdout.write(f"Proposed: {award.uuid}. A second person confirms it in the admin.")
