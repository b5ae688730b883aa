"""Holds of orders that no money ends, closed by two people."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from fairgate_tables.two_people import TwoPeople, two_people_checks
from fee_payments.models.orders import OrderHold


class HoldClosing(TwoPeople):
    """A payment that did not fit and went back at its provider: nothing is waited for any more.

    ``live_key`` is the hold while the closing waits, so that one waits at a time.

    .. pii: The platform's user ids of operators, and their words.
    .. pii_types: id, other
    .. pii_retirement: retained
    """

    hold = models.ForeignKey(
        OrderHold,
        verbose_name=_("hold of an order"),
        on_delete=models.PROTECT,
        related_name="closings",
    )
    live_key = models.BigIntegerField(null=True, unique=True, editable=False)

    class Meta:
        verbose_name = _("closing of a hold")
        verbose_name_plural = _("closings of holds")
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [
            ("ask_hold_closing", "Can ask that a hold of an order is closed"),
            ("confirm_hold_closing", "Can confirm that a hold of an order is closed"),
        ]
        constraints = [*two_people_checks("fee_payments_hold_closing")]

    def __str__(self) -> str:
        return f"{self.hold_id}: {self.reason}"
