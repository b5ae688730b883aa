"""What parties paid over to the platform, recorded by two people."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fairgate_tables.constraints import check
from fairgate_tables.two_people import TwoPeople, two_people_checks

from .amounts import written


class Remittance(TwoPeople):
    """A booking of the platform's bank account that one person finds, and another confirms.

    ``uuid`` is that of its event, once it is confirmed. ``amount_minor`` is what came from the
    party, below zero what was given back to it. ``live_reference`` is the bank's reference with the
    currency, empty once the step is refused: no two that count have the same.

    .. pii: The platform's user ids of officers, and their words.
    .. pii_types: id, other
    .. pii_retirement: retained
    """

    uuid = models.UUIDField("UUID", default=uuid4, unique=True, editable=False)
    party = models.CharField(_("party"), max_length=64)
    currency = models.CharField(_("currency"), max_length=3)
    amount_minor = models.BigIntegerField(_("amount (minor units)"))
    booked_on = models.DateField(_("booked on"))
    reference = models.CharField(_("reference of the bank"), max_length=35)
    live_reference = models.CharField(max_length=39, unique=True, null=True, editable=False)  # noqa: DJ001 - of refused ones there may be many

    class Meta:
        """Asking and confirming are two rights."""

        verbose_name = _("remittance")
        verbose_name_plural = _("remittances")
        ordering: ClassVar[list[str]] = ["-id"]
        default_permissions = ("view",)
        permissions = [
            ("propose_remittance", "Can record what parties paid over"),
            ("confirm_remittance", "Can confirm what parties paid over as the second person"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *two_people_checks("revenue_share_remittance"),
            check("revenue_share_remittance_not_zero", ~Q(amount_minor=0)),
        ]

    def __str__(self) -> str:
        return f"{self.party}, {self.reference}: {written(self.amount_minor, self.currency)}"
