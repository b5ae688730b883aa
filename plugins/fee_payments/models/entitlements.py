"""The right to enter what an offering opens."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fairgate_tables.constraints import check
from fee_payments.models.catalogue import Offering
from fee_payments.models.giving import GivenAccess
from fee_payments.models.institution_seats import Seat
from fee_payments.models.orders import OrderLine
from fee_payments.models.seats import SeatCode


class Entitlement(models.Model):
    """The right of one learner to what one offering opens: the truth that gates ask.

    There is no status: it holds from ``starts_at`` until ``ends_at``, unless ``revoked_at`` is
    set. ``live_key`` names learner and offering until it is revoked; the unique index lets one
    live right exist. It rests on the line of an order, on a seat code, on a seat of an institution
    or on what a member of staff gave by hand, and ends with it; a code or a gift carries one right
    to an offering, ever. A seat carries one at a time: ``seat_key`` names seat and offering until
    the right is revoked.

    A right that *rests* is revoked because of one of ``RESTING``, and is the newest of its basis to
    its offering. What comes back is a new right with the end that the old one had.

    .. pii: The platform's user id.
    .. pii_types: id
    .. pii_retirement: retained
    """

    # Why a right was taken back, where a learner is told more than that it was.
    REFUNDED = "refunded"
    DISPUTED = "disputed"
    DISPUTE_LOST = "dispute_lost"
    REVERSED = "reversed"
    # While the money is looked at: the right comes back when nothing keeps it any more.
    RESTING = (DISPUTED, REVERSED)
    # What may come back at all: a dispute that is lost can be won after all.
    COMES_BACK = (*RESTING, DISPUTE_LOST)
    # With these the money of a waiver goes back to its fund.
    GIVES_BACK = (REFUNDED, DISPUTE_LOST)

    class Source(models.TextChoices):
        """Where the right comes from."""

        ORDER = "order", _("a paid order")
        WAIVER = "waiver", _("a waiver")
        SEAT = "seat", _("a seat that somebody gave")
        STAFF = "staff", _("given by hand")

    uuid = models.UUIDField("UUID", default=uuid4, unique=True, editable=False)
    live_key = models.CharField(max_length=96, unique=True, null=True, editable=False)  # noqa: DJ001 - several NULLs, one value
    seat_key = models.CharField(max_length=48, unique=True, null=True, editable=False)  # noqa: DJ001 - several NULLs, one value
    user_id = models.BigIntegerField(_("user"))
    offering = models.ForeignKey(
        Offering, verbose_name=_("offering"), on_delete=models.PROTECT, related_name="+"
    )
    source = models.CharField(_("rests on"), max_length=16, choices=Source.choices)
    line = models.ForeignKey(
        OrderLine,
        verbose_name=_("order line"),
        on_delete=models.PROTECT,
        related_name="entitlements",
        null=True,
    )
    seat_code = models.ForeignKey(
        SeatCode,
        verbose_name=_("seat code"),
        on_delete=models.PROTECT,
        related_name="entitlements",
        null=True,
    )
    given = models.ForeignKey(
        GivenAccess,
        verbose_name=_("given by hand"),
        on_delete=models.PROTECT,
        related_name="entitlements",
        null=True,
    )
    seat = models.ForeignKey(
        Seat,
        verbose_name=_("seat"),
        on_delete=models.PROTECT,
        related_name="entitlements",
        null=True,
    )
    # The one it was opened with: its line has another after a dispute that was lost and won.
    waiver_grant = models.UUIDField(_("waiver"), null=True)
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("taken back at"), null=True, blank=True)
    revoked_because = models.CharField(
        _("taken back because"), max_length=255, blank=True, default=""
    )

    class Meta:
        verbose_name = _("entitlement")
        verbose_name_plural = _("entitlements")
        indexes = [
            models.Index(fields=["user_id", "offering"], name="fee_payments_ent_learner"),
            models.Index(fields=["ends_at"], name="fee_payments_ent_ends"),
        ]
        constraints = [
            # One right to an offering, ever: a bundle's basis carries one for each that it opens.
            models.UniqueConstraint(
                fields=["seat_code", "offering"], name="fee_payments_ent_code_once"
            ),
            models.UniqueConstraint(
                fields=["given", "offering"], name="fee_payments_ent_given_once"
            ),
            # A seat may carry a right again, but never two at once.
            check(
                "fee_payments_ent_seat_key",
                Q(seat__isnull=False, revoked_at__isnull=True, seat_key__isnull=False)
                | (Q(seat__isnull=True) | Q(revoked_at__isnull=False)) & Q(seat_key__isnull=True),
            ),
            check(
                "fee_payments_ent_rests_on_one",
                Q(
                    source="seat",
                    seat_code__isnull=False,
                    seat__isnull=True,
                    line__isnull=True,
                    given__isnull=True,
                )
                | Q(
                    source="seat",
                    seat_code__isnull=True,
                    seat__isnull=False,
                    line__isnull=True,
                    given__isnull=True,
                )
                | Q(
                    source__in=["order", "waiver"],
                    seat_code__isnull=True,
                    seat__isnull=True,
                    line__isnull=False,
                    given__isnull=True,
                )
                | Q(
                    source="staff",
                    seat_code__isnull=True,
                    seat__isnull=True,
                    line__isnull=True,
                    given__isnull=False,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.offering_id} by {self.source}"
