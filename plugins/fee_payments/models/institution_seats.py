"""Seats that an institution has bought for its people."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fairgate_tables.constraints import check
from fairgate_tables.written_once import WrittenOnce
from fee_payments.models.buyers import Buyer
from fee_payments.models.catalogue import Offering
from fee_payments.models.labels import SEAT_ACTION_LABELS, SEAT_MAIL_LABELS, choices
from fee_payments.models.orders import OrderLine
from fee_payments.models.seats import SeatCode


class SeatPool(models.Model):
    """The seats of one line of a batch order, from the moment it is paid, or invoiced on credit.

    ``sponsor`` is what learners read; it is copied from the buyer, whose name may change.
    ``ends_at`` is the first moment at which nothing of it is given or accepted; what was accepted
    stays. The seats are of the session of the line, if it names one, and end when that begins or is
    closed. Every seat that was not refunded counts in the offering's ``seats_taken``, and in that
    of the session; the line itself holds none any more. ``closed_because`` is why all its seats
    were closed, and empty while they are not: then none of them counts.

    .. pii: The name of an organisation, which may be one person's.
    .. pii_types: name
    .. pii_retirement: retained
    """

    uuid = models.UUIDField("UUID", default=uuid4, unique=True, editable=False)
    line = models.OneToOneField(
        OrderLine, verbose_name=_("order line"), on_delete=models.PROTECT, related_name="seat_pool"
    )
    buyer = models.ForeignKey(
        Buyer, verbose_name=_("buyer"), on_delete=models.PROTECT, related_name="seat_pools"
    )
    offering = models.ForeignKey(
        Offering, verbose_name=_("offering"), on_delete=models.PROTECT, related_name="+"
    )
    quantity = models.PositiveIntegerField(_("seats"))
    sponsor = models.CharField(_("sponsor"), max_length=255)
    opened_at = models.DateTimeField(_("opened at"))
    ends_at = models.DateTimeField(_("ends at"), null=True, blank=True)
    closed_because = models.CharField(_("closed because"), max_length=32, blank=True, default="")

    class Meta:
        verbose_name = _("seats of an institution")
        verbose_name_plural = _("seats of institutions")
        ordering = ["-opened_at", "-id"]
        permissions = [("manage_seats", "Can manage the seats of every institution")]
        constraints = [
            check("fee_payments_pool_quantity", Q(quantity__gte=1)),
            check(
                "fee_payments_pool_period", Q(ends_at__isnull=True) | Q(ends_at__gt=F("opened_at"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sponsor}: {self.quantity}"


class SeatPoolEnd(WrittenOnce):
    """That an operator has moved the end of a pool, and why.

    .. pii: The platform's user id of the operator, and a reason in words.
    .. pii_types: id, other
    .. pii_retirement: retained
    """

    pool = models.ForeignKey(
        SeatPool, verbose_name=_("pool"), on_delete=models.PROTECT, related_name="ends"
    )
    ended_at = models.DateTimeField(_("end before"), null=True)
    ends_at = models.DateTimeField(_("end after"))
    reason = models.CharField(_("reason"), max_length=255)
    by = models.BigIntegerField(_("by"))
    at = models.DateTimeField(_("at"))

    class Meta(WrittenOnce.Meta):
        verbose_name = _("moved end of seats")
        verbose_name_plural = _("moved ends of seats")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.pool_id}: {self.ends_at:%Y-%m-%d}"


_NOT_ASSIGNED = Q(
    assigned_at__isnull=True,
    expires_at__isnull=True,
    email_digest__isnull=True,
    sealed="",
    assigned_user__isnull=True,
    code__isnull=True,
    nonce__isnull=True,
    token_digest__isnull=True,
)
_NOT_ACCEPTED = Q(accepted_by__isnull=True, accepted_at__isnull=True, consented_at__isnull=True)
# The address is dropped with the acceptance: from then on the account is known.
_ACCEPTED = Q(
    accepted_by__isnull=False,
    accepted_at__isnull=False,
    email_digest__isnull=True,
    sealed="",
    assigned_user__isnull=True,
    nonce__isnull=True,
)


class Seat(models.Model):
    """One seat of a pool, for one person. There is no status: the moments below say it.

    It is free, is assigned (to an e-mail address, to an account, or by a code), is accepted, and
    may be taken back after that; or it is refunded. What is taken back after it was accepted ends
    as it is, with who had it: a new row of the same ``number`` takes its place. ``live_key`` names
    pool and number until the row ends, so that a pool never has more seats than were bought. It is
    closed with its pool, whoever has it, and is again what it was if the pool is opened again.

    ``email_digest`` is a keyed digest of the address, to find it; ``sealed`` holds address and name
    encrypted; both are empty from the acceptance on. ``nonce`` is what the link of the invitation
    is made of, ``token_digest`` the SHA-256 of that link, which stays to know who comes again by
    it. ``is_for_address`` says that only the
    account with the invited address may accept. ``consented_at``: the learner shares their
    progress. ``held_at``: a refund of this seat is under way.

    .. pii: The address and the name a coordinator typed, until they are accepted or end; the
        platform's user ids of who is invited, has accepted and has taken back.
    .. pii_types: email_address, name, id, other
    .. pii_retirement: local_api
    """

    uuid = models.UUIDField("UUID", default=uuid4, unique=True, editable=False)
    pool = models.ForeignKey(
        SeatPool, verbose_name=_("pool"), on_delete=models.PROTECT, related_name="seats"
    )
    number = models.PositiveIntegerField(_("number"))
    live_key = models.CharField(max_length=48, unique=True, null=True, editable=False)  # noqa: DJ001 - several NULLs, one value

    assigned_at = models.DateTimeField(_("given at"), null=True)
    expires_at = models.DateTimeField(_("to be accepted until"), null=True)
    email_digest = models.CharField(max_length=64, null=True, editable=False)  # noqa: DJ001 - several NULLs, one value
    sealed = models.TextField(blank=True, default="", editable=False)
    assigned_user = models.BigIntegerField(_("invited account"), null=True, db_index=True)
    code = models.OneToOneField(
        SeatCode, verbose_name=_("seat code"), on_delete=models.PROTECT, related_name="seat",
        null=True,
    )  # fmt: skip
    nonce = models.UUIDField(null=True, editable=False)
    token_digest = models.CharField(max_length=64, unique=True, null=True, editable=False)  # noqa: DJ001 - several NULLs, one value
    is_for_address = models.BooleanField(_("for the invited address only"), default=True)

    accepted_by = models.BigIntegerField(_("accepted by"), null=True, db_index=True)
    accepted_at = models.DateTimeField(_("accepted at"), null=True)
    consented_at = models.DateTimeField(_("shares progress since"), null=True)

    revoked_by = models.BigIntegerField(_("taken back by"), null=True)
    revoked_at = models.DateTimeField(_("taken back at"), null=True)
    revoked_because = models.CharField(
        _("taken back because"), max_length=255, blank=True, default=""
    )
    held_at = models.DateTimeField(_("held for a refund since"), null=True)
    withdrawn_at = models.DateTimeField(_("refunded at"), null=True)
    closed_at = models.DateTimeField(_("closed at"), null=True)

    class Meta:
        verbose_name = _("seat")
        verbose_name_plural = _("seats")
        ordering = ["pool_id", "number", "id"]
        indexes = [models.Index(fields=["expires_at"], name="fee_payments_seat_expires")]
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "email_digest"], name="fee_payments_seat_address_once"
            ),
            check("fee_payments_seat_assigned", Q(assigned_at__isnull=False) | _NOT_ASSIGNED),
            check("fee_payments_seat_accepted", _NOT_ACCEPTED | _ACCEPTED),
            check("fee_payments_seat_accepted_given", Q(accepted_at=None) | ~Q(assigned_at=None)),
            check(
                "fee_payments_seat_for_one",
                Q(assigned_at__isnull=True)
                | Q(accepted_at__isnull=False)
                | Q(email_digest__isnull=False, assigned_user__isnull=True, code__isnull=True)
                | Q(email_digest__isnull=True, assigned_user__isnull=False, code__isnull=True)
                | Q(email_digest__isnull=True, assigned_user__isnull=True, code__isnull=False),
            ),
            check("fee_payments_seat_revoked", Q(revoked_at=None) | ~Q(accepted_at=None)),
            check("fee_payments_seat_held", Q(held_at=None) | Q(assigned_at=None)),
            check("fee_payments_seat_withdrawn", Q(withdrawn_at=None) | ~Q(held_at=None)),
            check(
                "fee_payments_seat_live",
                Q(
                    live_key__isnull=False,
                    revoked_at__isnull=True,
                    withdrawn_at__isnull=True,
                    closed_at__isnull=True,
                )
                | Q(live_key__isnull=True, revoked_at__isnull=False, closed_at__isnull=True)
                | Q(live_key__isnull=True, withdrawn_at__isnull=False, closed_at__isnull=True)
                | Q(
                    live_key__isnull=True,
                    revoked_at__isnull=True,
                    withdrawn_at__isnull=True,
                    closed_at__isnull=False,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pool_id}: {self.number}"


class SeatStep(models.Model):
    """One thing that happened with a seat: its history, written once.

    ``by`` is empty where a command or a payment did it.

    .. pii: The platform's user id of who did it, and a reason in words.
    .. pii_types: id, other
    .. pii_retirement: retained
    """

    seat = models.ForeignKey(
        Seat, verbose_name=_("seat"), on_delete=models.PROTECT, related_name="steps"
    )
    action = models.CharField(
        _("what happened"), max_length=16, choices=choices(SEAT_ACTION_LABELS)
    )
    by = models.BigIntegerField(_("by"), null=True)
    at = models.DateTimeField(_("at"))
    note = models.CharField(_("note"), max_length=255, blank=True, default="")

    class Meta:
        verbose_name = _("step of a seat")
        verbose_name_plural = _("steps of seats")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.seat_id}: {self.action}"


class SeatMail(models.Model):
    """A mail to an invited person, written down with the invitation, sent once.

    ``nonce`` is that of the invitation it is about: where the seat has another one, or none, by
    now, it is dropped. It holds no address. ``claimed_until`` lets one worker send it;
    ``failure`` is the kind of the last error.

    .. no_pii:
    """

    key = models.CharField(_("key"), max_length=100, unique=True)
    seat = models.ForeignKey(
        Seat, verbose_name=_("seat"), on_delete=models.CASCADE, related_name="mails"
    )
    nonce = models.UUIDField(editable=False)
    kind = models.CharField(_("kind"), max_length=16, choices=choices(SEAT_MAIL_LABELS))
    created_at = models.DateTimeField(_("created at"))
    claimed_until = models.DateTimeField(null=True, editable=False)
    tries = models.PositiveIntegerField(_("tries"), default=0)
    sent_at = models.DateTimeField(_("sent at"), null=True)
    dropped_at = models.DateTimeField(_("dropped at"), null=True)
    failure = models.CharField(_("failure"), max_length=64, blank=True, default="")

    class Meta:
        verbose_name = _("mail about a seat")
        verbose_name_plural = _("mails about seats")
        ordering = ["id"]
        indexes = [models.Index(fields=["sent_at", "tries"], name="fee_payments_seat_mail_wait")]

    def __str__(self) -> str:
        return self.key
