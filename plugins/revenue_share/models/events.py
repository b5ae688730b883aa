"""What happened outside, who got what of it, and what is left of each sale."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fairgate_tables.constraints import check
from fairgate_tables.written_once import WrittenOnce

from .amounts import written
from .labels import KIND_LABELS, PART_LABELS, choices


class RevenueEvent(WrittenOnce):
    """Something that happened outside and changes the books: a sale, a refund, a waived seat.

    ``fact_uuid`` is the key of the fact in its own app, ``uuid`` that of the event. They are the
    same for the first event of a fact, so a fact is booked once; a fact about several sales is an
    event for each. ``period`` is the month of the sale (UTC), also for its refunds and disputes;
    ``counted_in`` the month whose statements it is on: the same, or the first that was still open.

    Amounts are minor units of ``currency``; ``net_minor`` is what is shared (negative for what is
    taken back), ``fee_minor`` the processor's fee of a sale or the part of it that does not come
    back. Those of a dispute are signed: ``gross_minor`` is below zero when the bank gives back.
    ``dispute_fee_minor`` comes on top of it; ``excess_minor`` is the part of it that the sale did
    not bring any more. The terms are those in force at the sale: a later version never touches it.
    ``processor_fee_bearer`` is empty where that fee comes off before anything is shared,
    ``merchant`` where the platform received the money; ``recouped_minor`` of a sale came before its
    shares. There is no learner here: the books need none.

    .. no_pii:
    """

    uuid = models.UUIDField("UUID", unique=True, editable=False)
    fact_uuid = models.UUIDField(_("fact"), db_index=True, editable=False)
    kind = models.CharField(_("kind"), max_length=16, choices=choices(KIND_LABELS))
    sale = models.ForeignKey(
        "self",
        verbose_name=_("sale"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="refunds",
    )
    payload_sha256 = models.CharField("SHA-256", max_length=64)
    course_key = models.CharField(_("course run"), max_length=255)
    offering_code = models.CharField(_("offering"), max_length=255)
    currency = models.CharField(_("currency"), max_length=3)
    gross_minor = models.BigIntegerField(_("gross (minor units)"))
    tax_minor = models.BigIntegerField(_("tax (minor units)"))
    fee_minor = models.BigIntegerField(_("processor’s fee (minor units)"))
    net_minor = models.BigIntegerField(_("net (minor units)"))
    dispute_uuid = models.UUIDField(_("dispute"), null=True, blank=True, db_index=True)
    dispute_fee_minor = models.BigIntegerField(_("fee of a dispute (minor units)"), default=0)
    excess_minor = models.BigIntegerField(_("beyond the sale (minor units)"), default=0)
    occurred_at = models.DateTimeField(_("occurred at"))
    booked_at = models.DateTimeField(_("booked at"))
    period = models.CharField(_("month"), max_length=7)
    counted_in = models.CharField(_("month of the statement"), max_length=7)
    country = models.CharField(_("country"), max_length=2, blank=True)
    payer_class = models.CharField(_("payer class"), max_length=20, blank=True)
    terms_version = models.UUIDField(_("version of the terms"), null=True, blank=True)
    agreement = models.CharField(_("agreement"), max_length=255, blank=True)
    version = models.PositiveIntegerField(_("version"), default=0)
    fee_bearer = models.CharField(_("who bears the fee"), max_length=64, blank=True)
    processor_fee_bearer = models.CharField(
        _("who bears the processor’s fee"), max_length=64, blank=True, default=""
    )
    merchant = models.CharField(_("merchant of record"), max_length=64, blank=True, default="")
    recouped_minor = models.BigIntegerField(_("recouped (minor units)"), default=0)
    dispute_fee_bearer = models.CharField(
        _("who bears the fee of a dispute"), max_length=64, blank=True, default=""
    )
    minimum_payout_minor = models.BigIntegerField(
        _("smallest payout (minor units)"), null=True, blank=True
    )
    hold_ends_at = models.DateTimeField(_("hold ends at"), null=True, blank=True)

    class Meta(WrittenOnce.Meta):
        """Constraints hold the signs; ``net = gross - tax - fee`` for what was sold."""

        verbose_name = _("event of the books")
        verbose_name_plural = _("events of the books")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            check(
                "revenue_share_event_signs",
                Q(gross_minor__gte=0, tax_minor__gte=0, fee_minor__gte=0)
                | Q(dispute_uuid__isnull=False),
            ),
            check(
                "revenue_share_event_sale_net",
                ~Q(kind="sale") | Q(net_minor=F("gross_minor") - F("tax_minor") - F("fee_minor")),
            ),
            check(
                "revenue_share_event_refund_of",
                Q(kind="refund", sale__isnull=False) | ~Q(kind="refund"),
            ),
            check(
                "revenue_share_event_taken_back",
                Q(sale__isnull=True)
                | Q(
                    gross_minor=F("tax_minor") + F("fee_minor") + F("excess_minor") - F("net_minor")
                ),
            ),
            check(
                "revenue_share_event_dispute_of",
                Q(dispute_uuid__isnull=True, dispute_fee_minor=0)
                | Q(dispute_uuid__isnull=False, sale__isnull=False),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["period", "currency"], name="revenue_share_event_period"),
            models.Index(fields=["counted_in", "currency"], name="revenue_share_event_counted"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.uuid}"


class AllocationLine(WrittenOnce):
    """What one party got, or gave back, by one part of one event: signed minor units.

    Lines of nothing are not kept. ``period`` is the month whose statement the line is on.

    .. no_pii:
    """

    event = models.ForeignKey(
        RevenueEvent,
        verbose_name=_("event of the books"),
        on_delete=models.PROTECT,
        related_name="lines",
    )
    part = models.CharField(_("part"), max_length=16, choices=choices(PART_LABELS))
    party = models.CharField(_("party"), max_length=64)
    currency = models.CharField(_("currency"), max_length=3)
    period = models.CharField(_("month of the statement"), max_length=7)
    base_minor = models.BigIntegerField(_("shared amount (minor units)"))
    units_minor = models.BigIntegerField(_("amount (minor units)"))

    class Meta(WrittenOnce.Meta):
        """A party has one line per part of an event."""

        verbose_name = _("allocation")
        verbose_name_plural = _("allocations")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["event", "part", "party"], name="revenue_share_line_once"
            ),
            check("revenue_share_line_not_zero", ~Q(units_minor=0)),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["party", "currency", "period"], name="revenue_share_line_party_month"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part} of {self.party}: {written(self.units_minor, self.currency)}"


class CarriedRemainder(models.Model):
    """What rounding still owes one party under one version of the terms, in one currency.

    The fraction of a minor unit is ``numerator / denominator``, exactly. These rows change with
    every event and are locked first, by ``place`` (see ``lock_objects``).

    .. no_pii:
    """

    terms_version = models.UUIDField(_("version of the terms"))
    currency = models.CharField(_("currency"), max_length=3)
    party = models.CharField(_("party"), max_length=64)
    place = models.PositiveSmallIntegerField(pgettext_lazy("in a list", "place"))
    weight = models.BigIntegerField(_("weight"))
    numerator = models.BigIntegerField(_("numerator"), default=0)
    denominator = models.BigIntegerField(_("denominator"))

    class Meta:
        """One row per party; the database keeps weights and denominators sane."""

        verbose_name = _("carried remainder")
        verbose_name_plural = _("carried remainders")
        default_permissions = ("view",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["terms_version", "currency", "place"], name="revenue_share_carry_once"
            ),
            check("revenue_share_carry_weight", Q(weight__gte=0, denominator__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.party}: {self.numerator}/{self.denominator} {self.currency}"


class SaleStanding(models.Model):
    """What is left of one sale, and whether its hold has ended: the row that refunds lock.

    ``kept`` is what each party has of it by now, by what it was for (part -> party -> signed minor
    units, mirrors taken off the shares): sums of the sale's lines, kept here so that the lock gives
    them as they are. ``net_gone_minor``, ``tax_gone_minor`` and ``fee_gone_minor`` are what went
    back of the sale. ``refunded_minor`` and ``disputed_minor`` are what payers and banks have of
    it; where the two are more than the sale brought, the rest is its excess.

    ``disputed`` is what banks have taken and not given back: ``amounts`` (net, tax, fee), ``units``
    as in ``kept``, and ``was_cleared``, whether the sale was when they took it last. ``check``
    compares all this. ``ends_at`` is the first moment after the hold, empty for a sale that was not
    allocated.

    .. no_pii:
    """

    sale = models.OneToOneField(
        RevenueEvent, verbose_name=_("sale"), on_delete=models.PROTECT, related_name="standing"
    )
    refunded_minor = models.BigIntegerField(_("refunded (minor units)"), default=0)
    disputed_minor = models.BigIntegerField(_("disputed (minor units)"), default=0)
    net_gone_minor = models.BigIntegerField(_("net taken back (minor units)"), default=0)
    tax_gone_minor = models.BigIntegerField(_("tax taken back (minor units)"), default=0)
    fee_gone_minor = models.BigIntegerField(_("lost fee (minor units)"), default=0)
    kept = models.JSONField(_("kept by party"), default=dict)
    disputed = models.JSONField(_("taken by banks"), default=dict)
    ends_at = models.DateTimeField(_("hold ends at"), null=True, blank=True)
    cleared_at = models.DateTimeField(_("cleared at"), null=True, blank=True)

    class Meta:
        """Found by what is due."""

        verbose_name = _("standing of a sale")
        verbose_name_plural = _("standings of sales")
        default_permissions = ("view",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            check(
                "revenue_share_standing_refunded",
                Q(refunded_minor__gte=0, disputed_minor__gte=0),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["cleared_at", "ends_at"], name="revenue_share_standing_due"),
        ]

    def __str__(self) -> str:
        return f"standing of {self.sale}"


class RecoupmentStanding(models.Model):
    """How much a party has recouped under an agreement, all its versions, in one currency.

    .. no_pii:
    """

    agreement = models.CharField(_("agreement"), max_length=255)
    currency = models.CharField(_("currency"), max_length=3)
    party = models.CharField(_("party"), max_length=64)
    recouped_minor = models.BigIntegerField(_("recouped (minor units)"), default=0)

    class Meta:
        verbose_name = _("standing of a recoupment")
        verbose_name_plural = _("standings of recoupments")
        default_permissions = ("view",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["agreement", "currency", "party"], name="revenue_share_recoupment_once"
            ),
            check("revenue_share_recoupment_positive", Q(recouped_minor__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.party} of {self.agreement}: {written(self.recouped_minor, self.currency)}"


class DisputeStanding(models.Model):
    """What is booked of one dispute: the row that decides whether what is told is news.

    ``state``, ``told_at``, ``told_minor`` and ``fee_minor`` are as it was told last; ``state`` is
    empty before the first time. ``amount_minor`` is what it has taken by now, ``shares`` how much
    of it and of the fee is of which sale (sale's uuid -> amount, fee). ``steps`` counts its facts.

    .. no_pii:
    """

    uuid = models.UUIDField("UUID", unique=True, editable=False)
    currency = models.CharField(_("currency"), max_length=3)
    state = models.CharField(_("state"), max_length=8, blank=True, default="")
    told_at = models.DateTimeField(_("told as of"), null=True)
    told_minor = models.BigIntegerField(_("amount (minor units)"), default=0)
    fee_minor = models.BigIntegerField(_("fee of a dispute (minor units)"), default=0)
    amount_minor = models.BigIntegerField(_("taken (minor units)"), default=0)
    shares = models.JSONField(_("by sale"), default=dict)
    steps = models.PositiveIntegerField(_("steps"), default=0)

    class Meta:
        verbose_name = _("standing of a dispute")
        verbose_name_plural = _("standings of disputes")
        default_permissions = ("view",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            check("revenue_share_dispute_positive", Q(amount_minor__gte=0)),
        ]

    def __str__(self) -> str:
        return f"standing of dispute {self.uuid}"
