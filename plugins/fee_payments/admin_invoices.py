"""Buyers and bank accounts can be edited; documents and payments can only be read."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fairgate import clock
from fee_payments import models
from fee_payments.admin_base import FeeAdmin, ReadOnlyAdmin, amount_of
from fee_payments.forms_invoices import BankAccountForm, BuyerForm
from fee_payments.services import buying

TOTAL = amount_of("total_minor", gettext_lazy("Total"))


class ContactInline(admin.TabularInline):  # type: ignore[type-arg] # generic at type time only
    """The people who act for a buyer."""

    model = models.BuyerContact
    extra = 0


@admin.register(models.Buyer)
class BuyerAdmin(FeeAdmin):
    """Organisations that buy. Price list and credit count once somebody has verified them."""

    form = BuyerForm
    inlines = (ContactInline,)
    list_display = ("legal_name", "country", "payer_class", "access_on", "verified_at")
    list_filter = ("payer_class", "access_on")
    search_fields = ("legal_name", "tax_id", "invoice_email")
    readonly_fields = ("verified_by", "verified_at")
    actions = ("verify",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Credit is granted by who may verify."""
        if self.has_verify_permission(request):
            return self.readonly_fields
        return (*self.readonly_fields, "access_on")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        """Who a buyer is was verified as it was: what is changed is to be verified again."""
        buying.save_buyer(obj, changed=form.changed_data)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_verify_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("fee_payments.verify_buyer")

    @admin.action(
        description=gettext_lazy("These buyers are who they say they are"), permissions=["verify"]
    )
    def verify(self, request: HttpRequest, buyers: QuerySet[models.Buyer]) -> None:
        """Note who has looked, and when."""
        count = buying.verify_buyers(
            buyers.values_list("pk", flat=True), by=request.user.pk or 0, at=clock.now()
        )
        self.message_user(request, _("Verified: %(count)s.") % {"count": count}, messages.SUCCESS)


@admin.register(models.BankAccount)
class BankAccountAdmin(FeeAdmin):
    """Accounts whose statements are imported."""

    form = BankAccountForm
    list_display = ("number", "currency", "prefix")


@admin.register(models.Invoice)
class InvoiceAdmin(ReadOnlyAdmin):
    """Invoices as they were issued; where they stand is on the operators' pages."""

    people = ("user_id", "issued_by")
    list_display = ("number", "buyer_name", TOTAL, "due_on", "is_test")
    list_filter = ("currency", "is_test")
    search_fields = ("number", "buyer_name", "reference")


@admin.register(models.CreditNote)
class CreditNoteAdmin(ReadOnlyAdmin):
    """Credit notes as they were issued."""

    people = ("issued_by",)
    list_display = ("number", "corrects", TOTAL, "reason")
    search_fields = ("number", "corrects__number")


@admin.register(models.QuoteDocument)
class QuoteAdmin(ReadOnlyAdmin):
    """Quotes as they were issued."""

    people = ("issued_by",)
    list_display = ("number", "buyer", TOTAL, "valid_until")
    search_fields = ("number",)


@admin.register(models.PurchaseOrder)
class PurchaseOrderAdmin(ReadOnlyAdmin):
    """Purchase orders that have come."""

    people = ("received_by",)
    list_display = ("number", "quote", amount_of("amount_minor"), "received_on", "received_by")
    exclude = ("file",)


@admin.register(models.BankLine)
class BankLineAdmin(ReadOnlyAdmin):
    """What banks have told."""

    list_display = (
        "booked_on",
        "payer_name",
        amount_of("amount_minor"),
        amount_of("matched_minor", gettext_lazy("Matched")),
        amount_of("returned_minor", gettext_lazy("Sent back")),
        "is_reversal",
    )
    list_filter = ("account", "is_reversal")
    search_fields = ("remittance", "payer_name", "bank_reference")


@admin.register(models.WriteOff)
class WriteOffAdmin(ReadOnlyAdmin):
    """What was given up, by whom."""

    people = ("asked_by", "confirmed_by", "refused_by")
    list_display = (
        "invoice",
        amount_of("amount_minor", currency=attrgetter("invoice.currency")),
        "asked_by",
        "confirmed_by",
        "refused_by",
    )
    list_select_related = ("invoice",)


@admin.register(models.TransferBack)
class TransferBackAdmin(ReadOnlyAdmin):
    """What was sent back by hand, by whom."""

    people = ("asked_by", "confirmed_by", "refused_by")
    list_display = (
        "id",
        amount_of("amount_minor"),
        "reason",
        "asked_by",
        "confirmed_by",
        "refused_by",
    )
