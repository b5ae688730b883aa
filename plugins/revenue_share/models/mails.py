"""Statements that go out by mail: a row for each mail, so that each is sent once."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fairgate_tables.constraints import check


class StatementMail(models.Model):
    """One frozen statement to one contact of its party, written down once and sent once.

    ``contact`` is the key of a contact of ``partnerships``. There is no name, no address and no
    text: the contact is asked for when the mail is sent, and whoever was forgotten by then gets
    none; the key of somebody who was forgotten says nothing. ``claimed_until`` keeps two workers
    apart, and after a failure it is when the mail is tried again. ``uuid`` names the mail itself,
    for programs that read it.

    .. no_pii:
    """

    uuid = models.UUIDField("UUID", default=uuid4, unique=True, editable=False)
    party = models.CharField(_("party"), max_length=64)
    period = models.CharField(_("month"), max_length=7)
    currency = models.CharField(_("currency"), max_length=3)
    contact = models.UUIDField(_("contact"))
    created_at = models.DateTimeField(_("written down at"))
    claimed_until = models.DateTimeField(_("not before"), null=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    sent_at = models.DateTimeField(_("sent at"), null=True)
    dropped_at = models.DateTimeField(_("dropped at"), null=True)

    class Meta:
        """One mail of a statement to a contact; it was sent, or dropped, or neither."""

        verbose_name = _("statement by mail")
        verbose_name_plural = _("statements by mail")
        default_permissions = ("view",)
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["party", "period", "currency", "contact"],
                name="revenue_share_mail_once",
            ),
            check(
                "revenue_share_mail_one_end",
                Q(sent_at__isnull=True) | Q(dropped_at__isnull=True),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["sent_at", "dropped_at", "id"], name="revenue_share_mail_waiting")
        ]

    def __str__(self) -> str:
        return f"{self.period} {self.party} {self.currency}"
