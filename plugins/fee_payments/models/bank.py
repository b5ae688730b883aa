"""What banks report, and what of it belongs to which invoice."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fairgate.money import Money
from fairgate_tables.constraints import check
from fairgate_tables.two_people import TwoPeople, two_people_checks
from fee_payments.models.invoices import Invoice


class BankAccount(models.Model):
    """An account of a seller whose statements are imported.

    ``prefix`` is the prefix of the invoices that are paid to it. ``csv_mapping`` says how the
    bank's CSV is read; empty where the bank has a better format.

    .. no_pii:
    """

    prefix = models.CharField(
        _("prefix of invoices"),
        max_length=6,
        help_text=_("Invoices that are paid to this account."),
    )
    number = models.CharField(
        _("IBAN or number"), max_length=34, help_text=_("In capitals, without blanks.")
    )
    currency = models.CharField(_("currency"), max_length=3)
    csv_mapping = models.TextField(_("columns of its CSV"), blank=True, default="")

    class Meta:
        verbose_name = _("bank account")
        verbose_name_plural = _("bank accounts")
        ordering = ["number", "currency"]
        constraints = [
            models.UniqueConstraint(
                fields=["number", "currency"], name="fee_payments_bank_account_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.currency}"


class BankImport(models.Model):
    """A file of a bank that was taken, once; ``sha256`` is that of its content.

    ``lines_stored`` of ``lines_total`` are there: a file whose import was cut short goes on there
    when it is sent again. ``applied_upto`` is the last line that was matched, or left to a person;
    0 before anybody has looked at the preview and agreed.

    .. pii: The platform's user id of who imported it.
    .. pii_types: id
    .. pii_retirement: retained
    """

    uuid = models.UUIDField("UUID", default=uuid4, unique=True, editable=False)
    sha256 = models.CharField("SHA-256", max_length=64, unique=True)
    file_name = models.CharField(_("file"), max_length=255)
    kind = models.CharField(_("format"), max_length=16)
    imported_by = models.BigIntegerField(_("imported by"), null=True)
    imported_at = models.DateTimeField(_("imported at"))
    lines_total = models.PositiveIntegerField(_("entries"))
    lines_stored = models.PositiveIntegerField(_("entries seen"), default=0)
    lines_new = models.PositiveIntegerField(_("new ones"), default=0)
    applied_upto = models.BigIntegerField(_("matched up to"), default=0)

    class Meta:
        verbose_name = _("bank statement file")
        verbose_name_plural = _("bank statement files")
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [
            ("import_bank_statements", "Can import bank statements"),
            ("match_bank_lines", "Can match payments with invoices by hand"),
        ]

    def __str__(self) -> str:
        return self.file_name


class BankLine(models.Model):
    """One payment on one account, as the bank states it, once: ``key`` is its reader's key.

    ``matched_minor`` is what live matches use of it, ``returned_minor`` what was given back; what
    is left of ``amount_minor`` belongs to nobody yet. ``taken_back_by`` is the entry with which the
    bank took it back; nothing of it can be used then. ``closed_because`` is a person's reason why
    it is none of ours. Texts are from strangers.

    .. pii: Who has paid, from which account, and what they wrote: the books rest on it.
    .. pii_types: name, financial, other
    .. pii_retirement: retained
    """

    key = models.CharField(_("key"), max_length=64, unique=True, editable=False)
    imported = models.ForeignKey(
        BankImport, verbose_name=_("file"), on_delete=models.PROTECT, related_name="lines"
    )
    account = models.ForeignKey(
        BankAccount, verbose_name=_("account"), on_delete=models.PROTECT, related_name="lines"
    )
    position = models.CharField(_("place in the file"), max_length=64)
    booked_on = models.DateField(_("booked on"))
    value_on = models.DateField(_("value date"), null=True)
    currency = models.CharField(_("currency"), max_length=3)
    amount_minor = models.BigIntegerField(_("amount (minor units)"))
    is_credit = models.BooleanField(_("came in"))
    is_reversal = models.BooleanField(_("reversal"), default=False)
    reference = models.CharField(_("payer’s reference"), max_length=140, blank=True, default="")
    bank_reference = models.CharField(_("bank’s reference"), max_length=140, blank=True, default="")
    structured_reference = models.CharField(
        _("structured reference"), max_length=140, blank=True, default=""
    )
    remittance = models.TextField(_("what the payer wrote"), blank=True, default="")
    payer_name = models.CharField(_("payer"), max_length=140, blank=True, default="")
    payer_account = models.CharField(_("payer’s account"), max_length=64, blank=True, default="")
    matched_minor = models.BigIntegerField(_("matched (minor units)"), default=0)
    returned_minor = models.BigIntegerField(_("given back (minor units)"), default=0)
    taken_back_by = models.OneToOneField(
        "self", verbose_name=pgettext_lazy("a payment", "taken back by"), on_delete=models.PROTECT,
        related_name="takes_back", null=True,
    )  # fmt: skip
    closed_because = models.CharField(
        _("none of ours because"), max_length=255, blank=True, default=""
    )
    closed_by = models.BigIntegerField(_("put aside by"), null=True)

    class Meta:
        verbose_name = _("bank line")
        verbose_name_plural = _("bank lines")
        ordering = ["id"]
        default_permissions = ("view",)
        constraints = [
            check(
                "fee_payments_bank_line_limit",
                Q(amount_minor__gte=F("matched_minor") + F("returned_minor")),
            ),
            check("fee_payments_bank_line_no_debt", Q(matched_minor__gte=0, returned_minor__gte=0)),
        ]
        indexes = [
            models.Index(fields=["account", "booked_on"], name="fee_payments_bank_line_day"),
        ]

    def __str__(self) -> str:
        return f"{self.booked_on} {Money.from_minor(self.amount_minor, self.currency)}"

    @property
    def rest_minor(self) -> int:
        """What belongs to nobody yet."""
        return self.amount_minor - self.matched_minor - self.returned_minor


class BankMatch(models.Model):
    """A part of a bank line that pays a part of an invoice; ``by`` is empty where the rule did it.

    A wrong match is undone, not deleted.

    .. pii: The platform's user ids of operators, and their words.
    .. pii_types: id, other
    .. pii_retirement: retained
    """

    line = models.ForeignKey(
        BankLine, verbose_name=_("bank line"), on_delete=models.PROTECT, related_name="matches"
    )
    invoice = models.ForeignKey(
        Invoice, verbose_name=_("invoice"), on_delete=models.PROTECT, related_name="matches"
    )
    amount_minor = models.BigIntegerField(_("amount (minor units)"))
    by = models.BigIntegerField(_("matched by"), null=True)
    at = models.DateTimeField(_("matched at"))
    undone_by = models.BigIntegerField(_("undone by"), null=True)
    undone_at = models.DateTimeField(_("undone at"), null=True)
    undone_because = models.CharField(_("undone because"), max_length=255, blank=True, default="")

    class Meta:
        verbose_name = _("match")
        verbose_name_plural = _("matches")
        ordering = ["id"]
        default_permissions = ("view",)
        constraints = [check("fee_payments_match_positive", Q(amount_minor__gt=0))]

    def __str__(self) -> str:
        return f"{self.line_id} → {self.invoice_id}: {self.amount_minor}"


class TransferBack(TwoPeople):
    """Money that a person sends back at the bank; two people decide.

    Of a bank line that nobody can use, or of a refund of a payment that came by bank: then ``key``
    is the refund's uuid.

    .. pii: The platform's user ids of operators, and their words.
    .. pii_types: id, other
    .. pii_retirement: retained
    """

    key = models.CharField(_("key"), max_length=64, unique=True, editable=False)
    line = models.ForeignKey(
        BankLine, verbose_name=_("bank line"), on_delete=models.PROTECT,
        related_name="transfers_back", null=True,
    )  # fmt: skip
    invoice = models.ForeignKey(
        Invoice, verbose_name=_("invoice"), on_delete=models.PROTECT,
        related_name="transfers_back", null=True,
    )  # fmt: skip
    currency = models.CharField(_("currency"), max_length=3)
    amount_minor = models.BigIntegerField(_("amount (minor units)"))

    class Meta:
        verbose_name = _("transfer back")
        verbose_name_plural = _("transfers back")
        ordering = ["id"]
        default_permissions = ("view",)
        permissions = [
            ("ask_transfer_back", "Can ask that money is sent back"),
            ("confirm_transfer_back", "Can confirm that money was sent back"),
        ]
        constraints = [
            *two_people_checks("fee_payments_transfer_back"),
            check("fee_payments_transfer_back_positive", Q(amount_minor__gt=0)),
            check(
                "fee_payments_transfer_back_of_one",
                Q(line__isnull=False, invoice__isnull=True)
                | Q(line__isnull=True, invoice__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(Money.from_minor(self.amount_minor, self.currency))
