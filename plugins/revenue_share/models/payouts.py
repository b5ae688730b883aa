"""Accounts of parties, payouts of statements, and what the bank has told of them."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fairgate_tables.constraints import check
from fairgate_tables.two_people import TwoPeople, two_people_checks
from fairgate_tables.written_once import WrittenOnce

from ..data import LIVE
from .labels import ACCEPTED_LABELS, PAYOUT_LABELS, choices
from .periods import Statement
from .rates import FxRate


class PayoutAccount(TwoPeople):
    """The account that a party is paid to in one currency: asked for by one, confirmed by another.

    ``sealed`` is the account, encrypted; empty in a step that ends the one before. ``masked`` is
    what may be shown. ``live_key`` is set from the confirmation until another step takes its place,
    so a party has one account in a currency. Rows stay: payouts name the account they went to.

    .. pii: Who holds the account, who may be a person, and its number, both encrypted; the
        platform's user ids of officers, and their words. Payments rest on it.
    .. pii_types: name, financial, id, other
    .. pii_retirement: retained
    """

    uuid = models.UUIDField("UUID", unique=True, default=uuid4, editable=False)
    party = models.CharField(_("party"), max_length=64)
    currency = models.CharField(_("currency"), max_length=3)
    sealed = models.TextField(_("account, encrypted"), blank=True, editable=False)
    masked = models.CharField(_("account"), max_length=16, blank=True)
    live_key = models.CharField(  # noqa: DJ001 - of many that are over none may have one
        _("key while it counts"), max_length=70, unique=True, null=True, editable=False
    )

    class Meta:
        """Asking and confirming are two rights."""

        verbose_name = _("account for payouts")
        verbose_name_plural = _("accounts for payouts")
        default_permissions = ("view",)
        permissions = [
            ("propose_payout_account", "Can ask that a party is paid to another account"),
            ("confirm_payout_account", "Can confirm an account for payouts as the second person"),
        ]
        ordering = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *two_people_checks("revenue_share_account"),
            check(
                "revenue_share_account_live",
                Q(live_key__isnull=True) | (Q(confirmed_at__isnull=False) & ~Q(sealed="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party} {self.currency} {self.masked}".strip()


class PayoutBatch(TwoPeople):
    """Payouts that one person proposes, another approves, and one file asks the bank for.

    ``sealed`` is the file, encrypted, as it was made with the approval: a download is the same
    bytes every time. ``sha256`` is that of the bytes.

    .. pii: The file, encrypted, has the accounts; user ids of officers, and their words.
    .. pii_types: name, financial, id, other
    .. pii_retirement: retained
    """

    uuid = models.UUIDField("UUID", unique=True, default=uuid4, editable=False)
    message_id = models.CharField(_("message id"), max_length=35, unique=True)
    execute_on = models.DateField(_("to be paid on"))
    sealed = models.TextField(_("file, encrypted"), blank=True, editable=False)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)

    class Meta:
        """Proposing, approving and recording are three rights."""

        verbose_name = _("batch of payouts")
        verbose_name_plural = _("batches of payouts")
        default_permissions = ("view",)
        permissions = [
            ("propose_payout", "Can propose payouts"),
            ("approve_payout", "Can approve payouts as the second person, and download their file"),
            ("record_payout", "Can record what the bank has paid"),
        ]
        ordering = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *two_people_checks("revenue_share_batch"),
            check(
                "revenue_share_batch_file",
                Q(confirmed_at__isnull=True, sealed="", sha256="")
                | (Q(confirmed_at__isnull=False) & ~Q(sealed="") & ~Q(sha256="")),
            ),
        ]

    def __str__(self) -> str:
        return self.message_id


class Payout(models.Model):
    """The payment of one frozen statement, whole.

    ``live_key`` is the statement while it is being paid, or was: the database lets no second
    payout have it. A refused, returned or rejected one gives it free. ``pay_minor`` is what
    arrives, in ``pay_currency``, by the rates named; ``bank_minor`` is what our account, in
    ``debit_currency``, was debited with. ``tolerance`` is that of the settings when it was
    proposed; ``lives`` counts the executions that are in the books.

    .. no_pii:
    """

    uuid = models.UUIDField("UUID", unique=True, default=uuid4, editable=False)
    batch = models.ForeignKey(
        PayoutBatch, verbose_name=_("batch"), on_delete=models.PROTECT, related_name="payouts"
    )
    statement = models.ForeignKey(
        Statement, verbose_name=_("statement"), on_delete=models.PROTECT, related_name="payouts"
    )
    account = models.ForeignKey(
        PayoutAccount, verbose_name=_("account"), on_delete=models.PROTECT, related_name="payouts"
    )
    end_to_end_id = models.CharField(_("end-to-end id"), max_length=35, unique=True)
    bare_id = models.CharField(_("id as it is found"), max_length=35, unique=True, editable=False)
    live_key = models.BigIntegerField(
        _("statement while it is paid"), unique=True, null=True, editable=False
    )
    state = models.CharField(_("state"), max_length=8, choices=choices(PAYOUT_LABELS))
    currency = models.CharField(_("currency"), max_length=3)
    amount_minor = models.BigIntegerField(_("amount (minor units)"))
    pay_currency = models.CharField(_("paid in"), max_length=3)
    pay_minor = models.BigIntegerField(_("paid (minor units)"))
    debit_currency = models.CharField(_("currency of our account"), max_length=3)
    first_rate = models.ForeignKey(
        FxRate, verbose_name=_("rate"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    second_rate = models.ForeignKey(
        FxRate, verbose_name=_("second rate"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    bank_minor = models.BigIntegerField(_("debited (minor units)"), null=True)
    tolerance = models.PositiveSmallIntegerField(_("tolerance of the bank’s rate (percent)"))
    lives = models.PositiveSmallIntegerField(_("times executed"), default=0)

    class Meta:
        """A statement is paid once: whatever is not over holds its key."""

        verbose_name = _("payout")
        verbose_name_plural = _("payouts")
        default_permissions = ("view",)
        ordering = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            check("revenue_share_payout_positive", Q(amount_minor__gt=0, pay_minor__gt=0)),
            check(
                "revenue_share_payout_once",
                # A comparison with NULL is not false: it has to be said that there is a key.
                Q(
                    state__in=[state.value for state in LIVE],
                    live_key__isnull=False,
                    live_key=F("statement"),
                )
                | (~Q(state__in=[state.value for state in LIVE]) & Q(live_key__isnull=True)),
            ),
            check(
                "revenue_share_payout_charged",
                ~Q(state__in=["paid", "returned"]) | Q(bank_minor__isnull=False, bank_minor__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return self.end_to_end_id


class PayoutEntry(WrittenOnce):
    """An entry of our bank account that names a payout, once: ``key`` is its reader's key.

    What it means follows from all entries of the payout (``rules.payouts``) and is not kept.

    .. pii: The platform's user id of who recorded it.
    .. pii_types: id
    .. pii_retirement: retained
    """

    key = models.CharField(_("key"), max_length=64, unique=True, editable=False)
    payout = models.ForeignKey(
        Payout, verbose_name=_("payout"), on_delete=models.PROTECT, related_name="entries"
    )
    booked_on = models.DateField(_("booked on"))
    is_credit = models.BooleanField(_("came in"))
    currency = models.CharField(_("currency"), max_length=3)
    amount_minor = models.BigIntegerField(_("amount (minor units)"))
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.BigIntegerField(_("recorded by"), null=True)
    file_sha256 = models.CharField("SHA-256", max_length=64)

    class Meta(WrittenOnce.Meta):
        """The side says the sign."""

        verbose_name = _("bank entry of a payout")
        verbose_name_plural = _("bank entries of payouts")
        ordering = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            check("revenue_share_bank_entry_positive", Q(amount_minor__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.booked_on} {self.payout}"


class PayoutAcceptance(TwoPeople):
    """Two people say what an entry of another amount is: the payment or its return, or a fee.

    ``live_key`` is the entry while it waits or is accepted.

    .. pii: The platform's user ids of officers, and their words.
    .. pii_types: id, other
    .. pii_retirement: retained
    """

    uuid = models.UUIDField("UUID", unique=True, default=uuid4, editable=False)
    entry = models.ForeignKey(
        PayoutEntry,
        verbose_name=_("bank entry of a payout"),
        on_delete=models.PROTECT,
        related_name="acceptances",
    )
    accepted_as = models.CharField(_("accepted as"), max_length=8, choices=choices(ACCEPTED_LABELS))
    live_key = models.BigIntegerField(_("entry while it counts"), unique=True, null=True)

    class Meta:
        """Who records may ask and confirm, but not both."""

        verbose_name = _("accepted difference")
        verbose_name_plural = _("accepted differences")
        default_permissions = ("view",)
        ordering = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *two_people_checks("revenue_share_acceptance"),
        ]

    def __str__(self) -> str:
        return f"{self.entry}"


class PayoutRejection(TwoPeople):
    """Two people say that the bank has not executed a payout, and will not: it was rejected.

    ``live_key`` is the payout while it waits or is confirmed.

    .. pii: The platform's user ids of officers, and their words.
    .. pii_types: id, other
    .. pii_retirement: retained
    """

    uuid = models.UUIDField("UUID", unique=True, default=uuid4, editable=False)
    payout = models.ForeignKey(
        Payout, verbose_name=_("payout"), on_delete=models.PROTECT, related_name="rejections"
    )
    live_key = models.BigIntegerField(_("payout while it counts"), unique=True, null=True)

    class Meta:
        """Who records may ask and confirm, but not both."""

        verbose_name = _("rejected payout")
        verbose_name_plural = _("rejected payouts")
        default_permissions = ("view",)
        ordering = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *two_people_checks("revenue_share_rejection"),
        ]

    def __str__(self) -> str:
        return f"{self.payout}"
