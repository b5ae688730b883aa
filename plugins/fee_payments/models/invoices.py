"""Quotes, purchase orders, invoices and credit notes: documents that are written once."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fairgate_tables.constraints import check
from fairgate_tables.two_people import TwoPeople, two_people_checks
from fairgate_tables.written_once import WrittenOnce
from fee_payments.models.buyers import Buyer
from fee_payments.models.orders import Order


class DocumentSeries(models.Model):
    """Where the numbers of one kind of document of one seller stand in one year.

    The row is locked while a number is given, and the number is given in the transaction that
    writes the document: what is rolled back has used none. ``key`` is kind, prefix and year.

    .. no_pii:
    """

    key = models.CharField(_("series"), max_length=64, unique=True)
    last = models.PositiveIntegerField(_("last number"), default=0)

    class Meta:
        verbose_name = _("series of numbers")
        verbose_name_plural = _("series of numbers")
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.key}: {self.last}"


class FrozenDocument(WrittenOnce):
    """What quotes, invoices and credit notes have in common.

    ``content`` is canonical JSON of everything that stands on the paper, ``sha256`` its hash; the
    other columns repeat a part of it, to find and to add up. ``language`` is that of the paper.
    """

    uuid = models.UUIDField("UUID", default=uuid4, unique=True, editable=False)
    number = models.CharField(_("number"), max_length=40, unique=True)
    series = models.ForeignKey(
        DocumentSeries, verbose_name=_("series"), on_delete=models.PROTECT, related_name="+"
    )
    place = models.PositiveIntegerField(_("place in the series"))
    buyer = models.ForeignKey(
        Buyer, verbose_name=_("buyer"), on_delete=models.PROTECT, related_name="+", null=True
    )
    currency = models.CharField(_("currency"), max_length=3)
    total_minor = models.BigIntegerField(_("total (minor units)"))
    language = models.CharField(_("language"), max_length=16)
    is_test = models.BooleanField(_("test"), default=False)
    issued_by = models.BigIntegerField(_("issued by"), null=True)
    issued_at = models.DateTimeField(_("issued at"))
    content = models.TextField(_("content"))
    sha256 = models.CharField("SHA-256", max_length=64)

    class Meta(WrittenOnce.Meta):
        abstract = True

    def __str__(self) -> str:
        return self.number


class QuoteDocument(FrozenDocument):
    """An offer to a buyer: what they would pay for what, until a day.

    Retained with what came of it.

    .. pii: Who is offered something, and who issued it.
    .. pii_types: name, location, id
    .. pii_retirement: retained
    """

    valid_until = models.DateField(_("valid until"), help_text=_("The last day."))

    class Meta(FrozenDocument.Meta):
        verbose_name = _("quote")
        verbose_name_plural = _("quotes")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["series", "place"], name="fee_payments_quote_number_once"
            ),
            check("fee_payments_quote_positive", Q(total_minor__gte=0)),
        ]


class Invoice(FrozenDocument):
    """What a buyer owes, or has paid, for what.

    ``reference`` is the creditor reference (ISO 11649) that a payer types. ``user_id`` is the
    person of the order, who reads it as well. What changes stands in ``InvoiceStanding``.

    .. pii: To whom it is made out, which may be a person; tax law has it kept.
    .. pii_types: name, location, id
    .. pii_retirement: retained
    """

    order = models.ForeignKey(
        Order, verbose_name=_("order"), on_delete=models.PROTECT, related_name="invoices", null=True
    )
    quote = models.ForeignKey(
        QuoteDocument, verbose_name=_("quote"), on_delete=models.PROTECT, related_name="invoices",
        null=True,
    )  # fmt: skip
    user_id = models.BigIntegerField(_("user"), null=True, db_index=True)
    buyer_name = models.CharField(_("made out to"), max_length=140)
    due_on = models.DateField(_("due on"))
    reference = models.CharField(_("reference"), max_length=25, unique=True)

    class Meta(FrozenDocument.Meta):
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        ordering = ["-id"]
        permissions = [("issue_invoices", "Can issue and cancel invoices")]
        constraints = [
            models.UniqueConstraint(
                fields=["series", "place"], name="fee_payments_invoice_number_once"
            ),
            check("fee_payments_invoice_positive", Q(total_minor__gt=0)),
        ]


class CreditNote(FrozenDocument):
    """Takes back an invoice, or a part of it: the only way to correct one.

    ``refund`` is the refund whose money went back with it, once.

    .. pii: To whom it is made out, which may be a person; tax law has it kept.
    .. pii_types: name, location, id
    .. pii_retirement: retained
    """

    corrects = models.ForeignKey(
        Invoice, verbose_name=_("corrects"), on_delete=models.PROTECT, related_name="credit_notes"
    )
    refund = models.UUIDField(_("refund"), null=True, unique=True)
    reason = models.CharField(_("reason"), max_length=255)

    class Meta(FrozenDocument.Meta):
        verbose_name = _("credit note")
        verbose_name_plural = _("credit notes")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["series", "place"], name="fee_payments_credit_note_once"
            ),
            check("fee_payments_credit_note_positive", Q(total_minor__gt=0)),
        ]


class DocumentFile(WrittenOnce):
    """The file of a document as it was first printed: the same bytes for everybody, for ever.

    Fonts, translations and the typesetter change; what was sent out does not.

    .. pii: What stands on the document.
    .. pii_types: name, location
    .. pii_retirement: retained
    """

    document = models.UUIDField(_("document"), unique=True)
    content = models.BinaryField(_("content"))
    sha256 = models.CharField("SHA-256", max_length=64)
    made_at = models.DateTimeField(_("made at"))

    class Meta(WrittenOnce.Meta):
        verbose_name = _("file of a document")
        verbose_name_plural = _("files of documents")

    def __str__(self) -> str:
        return str(self.document)


class InvoiceStanding(models.Model):
    """Where an invoice stands: a position beside the rows that explain it.

    ``paid_minor`` is what came in and was kept, ``returned_minor`` what came in and went back with
    a credit note; their sum is that of the live matches and of a payment by card. What is left of
    ``total_minor`` is open. ``live_order`` is the order until all of it is credited: an order has
    one live invoice. ``settled_at`` is when it was told as paid, once; ``reversed_at`` is set while
    a settled payment is taken back, and ``holds_order`` once its order waits for a person because
    of that. ``stopped_*`` says why no reminder is sent.

    .. pii: The platform's user id of who stopped reminders, and why, in their words.
    .. pii_types: id, other
    .. pii_retirement: retained
    """

    invoice = models.OneToOneField(
        Invoice, verbose_name=_("invoice"), on_delete=models.PROTECT, related_name="standing",
        primary_key=True,
    )  # fmt: skip
    live_order = models.OneToOneField(
        Order, verbose_name=_("order"), on_delete=models.PROTECT, related_name="live_invoice",
        null=True,
    )  # fmt: skip
    total_minor = models.BigIntegerField(_("total (minor units)"))
    paid_minor = models.BigIntegerField(_("paid (minor units)"), default=0)
    returned_minor = models.BigIntegerField(_("returned (minor units)"), default=0)
    credited_minor = models.BigIntegerField(_("credited (minor units)"), default=0)
    written_off_minor = models.BigIntegerField(_("written off (minor units)"), default=0)
    settled_at = models.DateTimeField(_("settled at"), null=True)
    reversed_at = models.DateTimeField(pgettext_lazy("a payment", "taken back at"), null=True)
    holds_order = models.BooleanField(_("holds its order"), default=False)
    stopped_because = models.CharField(
        _("no reminders because"), max_length=255, blank=True, default=""
    )
    stopped_by = models.BigIntegerField(_("reminders stopped by"), null=True)
    stopped_at = models.DateTimeField(_("reminders stopped at"), null=True)

    class Meta:
        verbose_name = _("standing of an invoice")
        verbose_name_plural = _("standings of invoices")
        default_permissions = ("view",)
        constraints = [
            check(
                "fee_payments_invoice_limit",
                Q(total_minor__gte=F("paid_minor") + F("credited_minor") + F("written_off_minor")),
            ),
            check(
                "fee_payments_invoice_no_debt",
                Q(
                    paid_minor__gte=0,
                    returned_minor__gte=0,
                    credited_minor__gte=0,
                    written_off_minor__gte=0,
                ),
            ),
            check("fee_payments_invoice_returned", Q(returned_minor__lte=F("credited_minor"))),
        ]

    def __str__(self) -> str:
        return f"{self.invoice_id}: {self.open_minor} open"

    @property
    def open_minor(self) -> int:
        """What is not paid, credited or written off."""
        return self.total_minor - self.paid_minor - self.credited_minor - self.written_off_minor


class PurchaseOrder(models.Model):
    """A buyer's own order that accepts a quote; the file is encrypted, and checked when it is read.

    .. pii: The file is the buyer's and may name people; the platform's user id of who received it.
    .. pii_types: name, id
    .. pii_retirement: retained
    """

    uuid = models.UUIDField("UUID", default=uuid4, unique=True, editable=False)
    quote = models.OneToOneField(
        QuoteDocument, verbose_name=_("quote"), on_delete=models.PROTECT,
        related_name="purchase_order",
    )  # fmt: skip
    number = models.CharField(_("number"), max_length=64)
    received_on = models.DateField(_("received on"))
    amount_minor = models.BigIntegerField(_("amount (minor units)"))
    currency = models.CharField(_("currency"), max_length=3)
    file = models.CharField(_("file"), max_length=100, blank=True, default="", editable=False)
    content_type = models.CharField(max_length=40, blank=True, default="", editable=False)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True, default="", editable=False)
    received_by = models.BigIntegerField(_("received by"))

    class Meta:
        verbose_name = _("purchase order")
        verbose_name_plural = _("purchase orders")
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [("receive_purchase_orders", "Can issue quotes and receive purchase orders")]

    def __str__(self) -> str:
        return self.number


class WriteOff(TwoPeople):
    """What is missing of an invoice and given up; two people decide.

    ``live_key`` is the invoice while it waits, so that one waits at a time.

    .. pii: The platform's user ids of operators, and their words.
    .. pii_types: id, other
    .. pii_retirement: retained
    """

    invoice = models.ForeignKey(
        Invoice, verbose_name=_("invoice"), on_delete=models.PROTECT, related_name="write_offs"
    )
    live_key = models.BigIntegerField(null=True, unique=True, editable=False)
    amount_minor = models.BigIntegerField(_("amount (minor units)"))

    class Meta:
        verbose_name = _("write-off")
        verbose_name_plural = _("write-offs")
        ordering = ["id"]
        default_permissions = ("view",)
        permissions = [
            ("ask_write_off", "Can ask that a rest is written off"),
            ("confirm_write_off", "Can confirm that a rest is written off"),
        ]
        constraints = [
            *two_people_checks("fee_payments_write_off"),
            check("fee_payments_write_off_positive", Q(amount_minor__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.invoice_id}: {self.amount_minor}"


class Reminder(models.Model):
    """A mail about an invoice that is due, written down once per level and sent once.

    As with the notices of the waiver policy: claimed for some minutes, handed over, stamped. A row
    whose invoice needs none any more when its turn comes has ``dropped_at`` instead.

    .. no_pii:
    """

    invoice = models.ForeignKey(
        Invoice, verbose_name=_("invoice"), on_delete=models.PROTECT, related_name="reminders"
    )
    level = models.PositiveSmallIntegerField(_("level"))
    created_at = models.DateTimeField(_("created at"))
    claimed_until = models.DateTimeField(null=True, blank=True, editable=False)
    tries = models.PositiveIntegerField(_("tries"), default=0)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    dropped_at = models.DateTimeField(_("not needed any more at"), null=True, blank=True)

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ["id"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["invoice", "level"], name="fee_payments_reminder_once"),
        ]
        indexes = [models.Index(fields=["sent_at", "tries"], name="fee_payments_to_remind")]

    def __str__(self) -> str:
        return f"{self.invoice_id}: {self.level}"
