"""Fills the demo: ``manage.py demo_seed``. A second run changes nothing."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from demo_site.management.commands.demo_serve import HOST, PORT
from demo_site.models import FIRST_DAY, DemoDay
from demo_site.seeds import (
    authors,
    ministry,
    nominations,
    october,
    payouts,
    people,
    pictures,
    programme,
    promotions,
    recognition,
    seat_codes,
)


class Command(BaseCommand):
    """Makes the sample people and the programme, and plays the sales of October."""

    help = "Fill the demo with its people, lists, policy, agreements, fees and sales."

    def handle(self, *args: Any, **options: Any) -> None:
        """Seed each part in the order in which it happened."""
        settings.LMS_ROOT_URL = f"http://{HOST}:{PORT}"  # where the links of mails lead
        DemoDay.objects.get_or_create(pk=1, defaults={"day": FIRST_DAY})
        people.seed()
        programme.seed()
        pictures.seed()
        promotions.seed()
        recognition.seed()
        payouts.seed()
        october.seed()
        ministry.seed()
        seat_codes.seed()
        nominations.seed()
        authors.seed()
        if options["verbosity"] > 1:
            self.stdout.write("The demo is filled.")
