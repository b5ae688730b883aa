"""Seats that somebody gives to others."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fairgate_tables.constraints import check
from fee_payments.models.catalogue import Offering
from fee_payments.models.rooms import Session


class SeatCodeBatch(models.Model):
    """Codes that were issued together: somebody gives seats of one offering to people.

    ``key`` is the idempotency key of the request: a repeated one issues nothing, because the codes
    were shown once and nobody can show them again. ``issued_by`` is empty where a command did it.
    ``pool`` is the pool of an institution's seats that each code takes one of; empty where an
    operator gives seats that nobody has bought. ``session`` is the one that the codes open a seat
    of; empty where the offering has none, and for codes of a pool.

    .. pii: The platform's user id of the operator, and who gives the seats.
    .. pii_types: id, name
    .. pii_retirement: retained
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    key = models.CharField(max_length=128, unique=True, editable=False)
    offering = models.ForeignKey(
        Offering, verbose_name=_("offering"), on_delete=models.PROTECT, related_name="+"
    )
    pool = models.ForeignKey(
        "fee_payments.SeatPool",
        verbose_name=_("seats of an institution"),
        on_delete=models.PROTECT,
        related_name="code_batches",
        null=True,
        editable=False,
    )
    session = models.ForeignKey(
        Session, verbose_name=_("session"), on_delete=models.PROTECT, related_name="+", null=True,
        blank=True,
    )  # fmt: skip
    sponsor = models.CharField(
        _("sponsor"), max_length=255, help_text=_("Who gives the seats; the learner reads it.")
    )
    note = models.CharField(
        _("note"), max_length=255, blank=True, default="", help_text=_("For operators only.")
    )
    count = models.PositiveIntegerField(_("how many"), help_text=_("How many codes."))
    issued_by = models.BigIntegerField(null=True, editable=False)
    issued_at = models.DateTimeField(_("issued at"), editable=False)
    expires_at = models.DateTimeField(
        _("expires at"),
        null=True,
        blank=True,
        help_text=_("The first moment (UTC) at which no code is taken."),
    )

    class Meta:
        ordering = ["-issued_at", "-id"]
        verbose_name = _("batch of seat codes")
        verbose_name_plural = _("batches of seat codes")
        permissions = [("issue_seat_codes", "Can issue seat codes")]
        constraints = [
            check(
                "fee_payments_batch_expires",
                Q(expires_at__isnull=True) | Q(expires_at__gt=F("issued_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sponsor}: {self.count}"


class SeatCode(models.Model):
    """One code: one person, one seat. The code itself is not here, only its SHA-256.

    There is no status: a code is free until somebody redeems it, it is revoked, or its batch
    expires. ``hint`` is the first group, for finding the code that somebody asks about. A redeemed
    code that is not revoked counts one seat of its offering, and of the session of its batch,
    unless its seat is one of a pool, which counts all the time.

    .. pii: The platform's user ids of who redeemed and who revoked it, and the reason in words.
    .. pii_types: id, other
    .. pii_retirement: retained
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    batch = models.ForeignKey(
        SeatCodeBatch, verbose_name=_("batch"), on_delete=models.PROTECT, related_name="codes"
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(_("first group"), max_length=8)
    redeemed_by = models.BigIntegerField(_("redeemed by"), null=True, db_index=True)
    redeemed_at = models.DateTimeField(_("redeemed at"), null=True)
    revoked_by = models.BigIntegerField(_("taken back by"), null=True)
    revoked_at = models.DateTimeField(_("taken back at"), null=True)
    revoked_because = models.CharField(
        _("taken back because"), max_length=255, blank=True, default=""
    )

    class Meta:
        ordering = ["id"]
        verbose_name = _("seat code")
        verbose_name_plural = _("seat codes")
        permissions = [("revoke_seat_codes", "Can revoke seat codes")]
        constraints = [
            check(
                "fee_payments_seat_code_redeemed",
                Q(redeemed_by__isnull=True, redeemed_at__isnull=True)
                | Q(redeemed_by__isnull=False, redeemed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hint}…"


class SeatCodeTries(models.Model):
    """How often one person has lately typed a code that opened nothing.

    Counted before the code is looked at, so that many tries at once are many tries.

    .. pii: The platform's user id.
    .. pii_types: id
    .. pii_retirement: local_api
    """

    user_id = models.BigIntegerField(primary_key=True)
    since = models.DateTimeField()
    failed = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("tries of seat codes")
        verbose_name_plural = _("tries of seat codes")

    def __str__(self) -> str:
        return f"{self.user_id}: {self.failed}"
