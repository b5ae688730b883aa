"""The tables of the books. Rows of ``WrittenOnce`` models are never changed and never deleted."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, NoReturn

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fairgate_tables.constraints import check
from fairgate_tables.written_once import WrittenOnce, WrittenOnceQuerySet

from .data import Account, EventKind, Part, StatementState
from .exceptions import UnbalancedPosting

KIND_LABELS = {
    EventKind.SALE: _("sale"),
    EventKind.REFUND: _("refund"),
    EventKind.WAIVED_SEAT: _("Waived seat"),
    EventKind.RETURNED_SEAT: _("Waived seat, given back"),
}
PART_LABELS = {
    Part.SHARE: _("Share of a sale"),
    Part.MIRROR: _("Share of a refund, taken back"),
    Part.LOST_FEE: _("Processor’s fee that did not come back"),
    Part.SEAT: _("Waived seat"),
}
ACCOUNT_LABELS = {
    Account.GATEWAY_CLEARING: _("At the payment provider"),
    Account.PROCESSOR_FEE: _("Processor’s fees"),
    Account.DEFERRED_RECEIPTS: _("Receipts to be shared"),
    Account.TAX_PAYABLE: _("Tax to be paid"),
    Account.UNALLOCATED: _("Not allocated"),
    Account.PAYABLE_ON_HOLD: _("Owed, on hold"),
    Account.FEE_LOST: _("Lost fees, on hold"),
    Account.PAYABLE_CLEARED: _("Owed, cleared"),
    Account.FUND_AVAILABLE: _("Cleared for the waiver fund"),
}
STATE_LABELS = {
    StatementState.DRAFT: _("draft"),
    StatementState.CLOSED: _("closed"),
    StatementState.CARRIED: _("carried forward"),
}


def _choices(labels: Mapping[Any, Any]) -> list[tuple[str, Any]]:
    return [(kind.value, label) for kind, label in labels.items()]


class RevenueEvent(WrittenOnce):
    """Something that happened outside and changes the books: a sale, a refund, a waived seat.

    ``uuid`` is the key of the fact in its own app, so a fact is booked once. ``period`` is the
    month of the sale (UTC), also for its refunds. Amounts are minor units of ``currency``;
    ``net_minor`` is what is shared (negative for a refund), ``fee_minor`` the processor's fee of a
    sale or the part of it that a refund does not bring back. The terms are those in force at the
    sale: a later version never touches it. There is no learner here: the books need none.

    .. no_pii:
    """

    uuid = models.UUIDField("UUID", unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=16, choices=_choices(KIND_LABELS))
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
    occurred_at = models.DateTimeField(_("occurred at"))
    booked_at = models.DateTimeField(_("booked at"))
    period = models.CharField(_("month"), max_length=7)
    terms_version = models.UUIDField(_("version of the terms"), null=True, blank=True)
    agreement = models.CharField(_("agreement"), max_length=255, blank=True)
    version = models.PositiveIntegerField(_("version"), default=0)
    fee_bearer = models.CharField(_("who bears the fee"), max_length=64, blank=True)
    minimum_payout_minor = models.BigIntegerField(
        _("smallest payout (minor units)"), null=True, blank=True
    )

    class Meta(WrittenOnce.Meta):
        """Constraints hold the signs; ``net = gross - tax - fee`` for what was sold."""

        verbose_name = _("event of the books")
        verbose_name_plural = _("events of the books")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            check(
                "revenue_share_event_signs",
                Q(gross_minor__gte=0, tax_minor__gte=0, fee_minor__gte=0),
            ),
            check(
                "revenue_share_event_sale_net",
                ~Q(kind="sale") | Q(net_minor=F("gross_minor") - F("tax_minor") - F("fee_minor")),
            ),
            check(
                "revenue_share_event_refund_of",
                Q(kind="refund", sale__isnull=False) | ~Q(kind="refund"),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["period", "currency"], name="revenue_share_event_period"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.uuid}"


class AllocationLine(WrittenOnce):
    """What one party got, or gave back, by one part of one event: signed minor units.

    Lines of nothing are not kept.

    .. no_pii:
    """

    event = models.ForeignKey(
        RevenueEvent,
        verbose_name=_("event of the books"),
        on_delete=models.PROTECT,
        related_name="lines",
    )
    part = models.CharField(_("part"), max_length=16, choices=_choices(PART_LABELS))
    party = models.CharField(_("party"), max_length=64)
    currency = models.CharField(_("currency"), max_length=3)
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
            models.Index(fields=["party", "currency"], name="revenue_share_line_party"),
        ]

    def __str__(self) -> str:
        return f"{self.part} of {self.party}: {self.units_minor} {self.currency}"


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


class LedgerTransaction(WrittenOnce):
    """Debits and credits that belong together, all in one currency and of one sum.

    ``key`` is unique, so a cause is posted once. ``cause_kind`` and ``cause_uuid`` name the event
    behind it. The two sums are written down here so that the database can compare them; ``check``
    proves that they are those of the entries.

    .. no_pii:
    """

    uuid = models.UUIDField("UUID", unique=True, default=uuid.uuid4, editable=False)
    key = models.CharField(_("key"), max_length=100, unique=True)
    kind = models.CharField(_("kind"), max_length=20)
    cause_kind = models.CharField(_("kind of the cause"), max_length=16)
    cause_uuid = models.UUIDField(_("cause"), db_index=True)
    currency = models.CharField(_("currency"), max_length=3)
    debit_minor = models.BigIntegerField(_("debit (minor units)"))
    credit_minor = models.BigIntegerField(_("credit (minor units)"))
    occurred_at = models.DateTimeField(_("occurred at"))
    posted_at = models.DateTimeField(_("posted at"))

    class Meta(WrittenOnce.Meta):
        """Debits equal credits, and there is something to post."""

        verbose_name = _("ledger transaction")
        verbose_name_plural = _("ledger transactions")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            check(
                "revenue_share_txn_balanced", Q(debit_minor=F("credit_minor"), debit_minor__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return self.key


class LedgerEntryQuerySet(WrittenOnceQuerySet):
    """Entries are added together, all those of a transaction at once, or not at all."""

    def create(self, **_: Any) -> NoReturn:
        """One leg alone never balances.

        Raises:
            UnbalancedPosting: always.
        """
        raise UnbalancedPosting("An entry is written with the others of its transaction.")

    def bulk_create(self, objs: Iterable[Any], *args: Any, **options: Any) -> list[Any]:
        """Add all entries of one or more transactions.

        Raises:
            UnbalancedPosting: a transaction's entries do not have the sums it states.
        """
        entries = list(objs)
        sums: dict[LedgerTransaction, list[int]] = {}
        for entry in entries:
            pair = sums.setdefault(entry.transaction, [0, 0])
            pair[0] += entry.debit_minor
            pair[1] += entry.credit_minor
            if entry.currency != entry.transaction.currency:
                raise UnbalancedPosting("An entry has the currency of its transaction.")
        for owner, (debit, credit) in sums.items():
            if (debit, credit) != (owner.debit_minor, owner.credit_minor) or debit != credit:
                raise UnbalancedPosting(f"{owner.key}: debits {debit}, credits {credit}.")
        return super().bulk_create(entries, *args, **options)


class LedgerEntry(WrittenOnce):
    """One leg: a debit or a credit on one account, of one party or of nobody.

    .. no_pii:
    """

    transaction = models.ForeignKey(
        LedgerTransaction,
        verbose_name=_("ledger transaction"),
        on_delete=models.PROTECT,
        related_name="entries",
    )
    account = models.CharField(_("account"), max_length=24, choices=_choices(ACCOUNT_LABELS))
    party = models.CharField(_("party"), max_length=64, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    debit_minor = models.BigIntegerField(_("debit (minor units)"), default=0)
    credit_minor = models.BigIntegerField(_("credit (minor units)"), default=0)

    objects: ClassVar[models.Manager[Any]] = models.Manager.from_queryset(LedgerEntryQuerySet)()

    class Meta(WrittenOnce.Meta):
        """The side says the sign; an amount is never negative and never nothing."""

        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            check(
                "revenue_share_entry_one_side",
                Q(debit_minor__gt=0, credit_minor=0) | Q(debit_minor=0, credit_minor__gt=0),
            ),
            models.UniqueConstraint(
                fields=["transaction", "account", "party"], name="revenue_share_entry_once"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["currency", "account", "party"], name="revenue_share_entry_account"
            ),
        ]

    def __str__(self) -> str:
        side = f"debit {self.debit_minor}" if self.debit_minor else f"credit {self.credit_minor}"
        return f"{self.account} {self.party} {side} {self.currency}"

    def save(self, *_: object, **__: object) -> NoReturn:
        """One leg alone never balances.

        Raises:
            UnbalancedPosting: always.
        """
        raise UnbalancedPosting("An entry is written with the others of its transaction.")


class SaleStanding(models.Model):
    """What is left of one sale, and whether its hold has ended: the row that refunds lock.

    ``held`` is what each party still has of it, ``lost`` the fees it bears (both party -> signed
    minor units): sums of the sale's lines, kept here so that the lock gives them as they are.
    ``check`` compares. ``ends_at`` is the first moment after the hold, empty for a sale that was
    not allocated.

    .. no_pii:
    """

    sale = models.OneToOneField(
        RevenueEvent, verbose_name=_("sale"), on_delete=models.PROTECT, related_name="standing"
    )
    refunded_minor = models.BigIntegerField(_("refunded (minor units)"), default=0)
    held = models.JSONField(_("held by party"), default=dict)
    lost = models.JSONField(_("lost fees by party"), default=dict)
    ends_at = models.DateTimeField(_("hold ends at"), null=True, blank=True)
    cleared_at = models.DateTimeField(_("cleared at"), null=True, blank=True)

    class Meta:
        """Found by what is due."""

        verbose_name = _("standing of a sale")
        verbose_name_plural = _("standings of sales")
        default_permissions = ("view",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            check("revenue_share_standing_refunded", Q(refunded_minor__gte=0)),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["cleared_at", "ends_at"], name="revenue_share_standing_due"),
        ]

    def __str__(self) -> str:
        return f"standing of {self.sale}"


class FundPosition(models.Model):
    """How much was cleared for the fund in one currency, and how much it was handed.

    When a refund comes after the hold, what the fund was handed too much is called back at once, so
    that nobody is granted money that is not there any more.

    .. no_pii:
    """

    currency = models.CharField(_("currency"), max_length=3, unique=True)
    cleared_minor = models.BigIntegerField(_("cleared (minor units)"), default=0)
    credited_minor = models.BigIntegerField(_("handed over (minor units)"), default=0)

    class Meta:
        """Nothing negative was ever handed over."""

        verbose_name = _("position of the fund")
        verbose_name_plural = _("positions of the fund")
        default_permissions = ("view",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            check("revenue_share_fund_credited", Q(credited_minor__gte=0)),
        ]

    def __str__(self) -> str:
        return f"fund {self.currency}"


class FundCredit(models.Model):
    """Money to hand to the waiver fund for one sale; ``sent_at`` is empty until it is there.

    A negative amount is called back, because of a refund after the hold. The row is the outbox: it
    is written with the clearing or the refund (``event``) and sent after it, with its own key.

    .. no_pii:
    """

    event = models.OneToOneField(
        RevenueEvent,
        verbose_name=_("event"),
        on_delete=models.PROTECT,
        related_name="fund_credit",
    )
    currency = models.CharField(_("currency"), max_length=3)
    amount_minor = models.BigIntegerField(_("amount (minor units)"))
    created_at = models.DateTimeField(_("created at"))
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True, db_index=True)

    class Meta:
        """A credit is not nothing."""

        verbose_name = _("credit of the fund")
        verbose_name_plural = _("credits of the fund")
        default_permissions = ("view",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            check("revenue_share_credit_not_nothing", ~Q(amount_minor=0)),
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor} {self.currency} for {self.event}"


class PeriodClose(WrittenOnce):
    """A month that was closed. What is booked for it later goes to the next open month.

    .. pii: the user name of the officer who closed it
    .. pii_types: username
    .. pii_retirement: retained
    """

    period = models.CharField(_("month"), max_length=7, unique=True)
    closed_at = models.DateTimeField(_("closed at"))
    closed_by = models.CharField(_("closed by"), max_length=150)

    class Meta(WrittenOnce.Meta):
        """Closing is a right of its own."""

        verbose_name = _("closed month")
        verbose_name_plural = _("closed months")
        permissions = [("close_period", "Can close a month")]

    def __str__(self) -> str:
        return self.period


class CountedEvent(WrittenOnce):
    """An event that is on the statements of a close, and so can be on no other.

    .. no_pii:
    """

    event = models.OneToOneField(RevenueEvent, on_delete=models.PROTECT, related_name="counted")
    close = models.ForeignKey(PeriodClose, on_delete=models.PROTECT, related_name="events")

    class Meta(WrittenOnce.Meta):
        """Once only: the event says so."""

        verbose_name = _("counted event")
        verbose_name_plural = _("counted events")

    def __str__(self) -> str:
        return f"{self.event} in {self.close}"


class Statement(WrittenOnce):
    """A party's frozen statement of one month in one currency.

    ``document`` is the canonical JSON that ``sha256`` was made from; the other columns are copies
    for lists and for the chain of openings and closings.

    .. no_pii:
    """

    number = models.PositiveIntegerField(_("number"), unique=True)
    close = models.ForeignKey(
        PeriodClose,
        verbose_name=_("closed month"),
        on_delete=models.PROTECT,
        related_name="statements",
    )
    period = models.CharField(_("month"), max_length=7)
    party = models.CharField(_("party"), max_length=64)
    currency = models.CharField(_("currency"), max_length=3)
    state = models.CharField(_("state"), max_length=8, choices=_choices(STATE_LABELS))
    opening_minor = models.BigIntegerField(_("opening (minor units)"))
    subtotal_minor = models.BigIntegerField(_("month’s sum (minor units)"))
    payable_minor = models.BigIntegerField(_("payable (minor units)"))
    closing_minor = models.BigIntegerField(_("closing (minor units)"))
    document = models.TextField(_("document"))
    sha256 = models.CharField("SHA-256", max_length=64)

    class Meta(WrittenOnce.Meta):
        """One per party, month and currency; it adds up; nothing negative is paid out."""

        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["party", "period", "currency"], name="revenue_share_statement_once"
            ),
            check(
                "revenue_share_statement_sum",
                Q(
                    closing_minor=F("opening_minor") + F("subtotal_minor") - F("payable_minor"),
                    payable_minor__gte=0,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"RS-{self.number:06d}"
