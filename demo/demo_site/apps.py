"""Puts the demo in the platform's place."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DemoSiteConfig(AppConfig):
    """The demo site: its calendar is the suite's clock, its ``platform`` module the platform."""

    name = "demo_site"
    label = "demo_site"
    verbose_name = _("Demo")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Answer for the clock and for the platform from now on."""
        from demo_site import calendar, platform
        from fairgate import clock, stand_in

        clock.use(calendar.now)
        stand_in.use(platform)
