"""Sessions in a room, and who waits for one."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fairgate_tables.constraints import check
from fee_payments.models.catalogue import Offering
from fee_payments.models.marked import Marked


class Session(Marked):
    """One time and place at which an offering is held; a learner chooses one.

    ``seats_taken`` and ``waiting`` are counted as those of the offering are, whose own capacity
    counts all its sessions together. ``timezone`` is a name of the IANA data base: local time is
    what people come at.

    .. no_pii:
    """

    COUNTERS = ("seats_taken", "waiting")

    offering = models.ForeignKey(
        Offering, verbose_name=_("offering"), on_delete=models.PROTECT, related_name="sessions"
    )
    code = models.SlugField(_("code"), max_length=64)
    place = models.CharField(_("place"), max_length=255)
    room = models.CharField(_("room"), max_length=255, blank=True, default="")
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    timezone = models.CharField(_("time zone"), max_length=64, default="UTC")
    capacity = models.PositiveIntegerField(_("capacity"), null=True, blank=True)
    seats_taken = models.PositiveIntegerField(_("seats taken"), default=0, editable=False)
    waiting = models.PositiveIntegerField(_("people who wait"), default=0, editable=False)
    closed = models.BooleanField(
        _("closed"), default=False, help_text=_("Nobody can choose it any more.")
    )

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["starts_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["offering", "code"], name="fee_payments_session_once"),
            check(
                "fee_payments_session_seats",
                Q(capacity__isnull=True) | Q(seats_taken__lte=F("capacity")),
            ),
            check("fee_payments_session_period", Q(ends_at__gt=F("starts_at"))),
        ]

    def __str__(self) -> str:
        return f"{self.offering_id}: {self.code}"


class RoomWaiting(models.Model):
    """Somebody who waits for a seat of a full room, or of one session of it.

    There is no status: they wait until ``offered_until`` is set; then a seat is counted for them
    until that moment. ``taken_at`` is when they used it, ``left_at`` when they gave up or it
    lapsed. ``live_key`` names learner, offering and session until then: one place each. The mail
    about the offer is an outbox of its own: claimed until ``claimed_until``, sent at ``told_at``.

    .. pii: The platform's user id.
    .. pii_types: id
    .. pii_retirement: local_api
    """

    live_key = models.CharField(max_length=96, unique=True, null=True, editable=False)  # noqa: DJ001 - several NULLs, one value
    user_id = models.BigIntegerField(_("user"), db_index=True)
    offering = models.ForeignKey(
        Offering, verbose_name=_("offering"), on_delete=models.PROTECT, related_name="+"
    )
    session = models.ForeignKey(
        Session,
        verbose_name=_("session"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    asked_at = models.DateTimeField(_("asked at"))
    offered_until = models.DateTimeField(_("offered until"), null=True)
    taken_at = models.DateTimeField(_("taken at"), null=True)
    left_at = models.DateTimeField(_("left at"), null=True)
    told_at = models.DateTimeField(_("told at"), null=True)
    claimed_until = models.DateTimeField(null=True, editable=False)
    tries = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("place on a waiting list")
        verbose_name_plural = _("places on waiting lists")
        ordering = ["asked_at", "id"]
        indexes = [
            models.Index(
                fields=["offering", "session", "asked_at"], name="fee_payments_room_waiting"
            ),
            models.Index(fields=["offered_until"], name="fee_payments_room_offered"),
        ]
        constraints = [
            check(
                "fee_payments_room_live",
                Q(live_key__isnull=True) | Q(taken_at__isnull=True, left_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.offering_id} since {self.asked_at}"
