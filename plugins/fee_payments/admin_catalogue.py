"""The operator's view of what is sold, by whom, to whom, and what authors may do."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fairgate import clock
from fee_payments import api, forms_catalogue, models
from fee_payments.admin_base import (
    FeeAdmin,
    ReadableAdmin,
    ReadOnlyAdmin,
    ReadsAmounts,
    amount_of,
)
from fee_payments.forms import OfferingForm, PriceForm, TaxRateForm
from fee_payments.services import catalogue
from fee_payments.wording import price_span

PRICE = amount_of("amount_minor")
SEAT_COST = amount_of(
    "full_seat_cost_minor",
    models.Offering._meta.get_field("full_seat_cost_minor").verbose_name,
    currency=attrgetter("full_seat_cost_currency"),
)


class PriceInline(ReadsAmounts, admin.TabularInline):  # type: ignore[type-arg] # generic at type time only
    """The price list of an offering; a price ends. One that nobody bought under can go."""

    model = models.Price
    form = PriceForm
    extra = 0
    amounts = (PRICE,)


class SessionInline(admin.TabularInline):  # type: ignore[type-arg]
    """When and where an offering is held."""

    model = models.Session
    form = forms_catalogue.SessionForm
    extra = 0
    readonly_fields = ("seats_taken", "waiting")


class BundleInline(admin.TabularInline):  # type: ignore[type-arg]
    """What a bundle opens."""

    model = models.BundleItem
    formset = forms_catalogue.BundleItems
    fk_name = "bundle"
    extra = 0
    autocomplete_fields = ("item",)


@admin.register(models.Offering)
class OfferingAdmin(ReadsAmounts, FeeAdmin):
    """Offerings with their prices, sessions and what they open."""

    form = OfferingForm

    list_display = ("code", "title", "course_key", "kind", "delivery", "capacity", "seats_taken",
                    "waiting")  # fmt: skip
    list_filter = ("kind", "delivery", "waivable", "merchant")
    search_fields = ("code", "title", "course_key")
    readonly_fields = ("seats_taken", "waiting", "price_list")
    amounts = (SEAT_COST,)
    inlines = (PriceInline, SessionInline, BundleInline)

    @admin.display(description=gettext_lazy("what the price list says"))
    def price_list(self, offering: models.Offering) -> SafeString | str:
        """What holds today, what comes, and where the list has gaps or two prices."""
        if not offering.pk:
            return ""
        today = clock.utc_day(clock.now())
        spans = [span for span in api.price_list(offering.code) if span.ends is None
                 or span.ends > today]  # fmt: skip
        said = ((price_span(span, on=today),) for span in spans)
        return format_html_join("", "<div>{}</div>", said) or _("There is no price.")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        """Write only what was edited: seats may have been taken since the page was opened."""
        if change:
            obj.save(update_fields=form.changed_data)
        else:
            obj.merchant_id = obj.merchant_id or catalogue.merchant_id()
            obj.save()
        catalogue.tell_courses({obj.course_key, form.initial.get("course_key", obj.course_key)})

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        catalogue.tell_courses({obj.course_key})

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        courses = set(queryset.values_list("course_key", flat=True))
        super().delete_queryset(request, queryset)
        catalogue.tell_courses(courses)


@admin.register(models.Price)
class PriceAdmin(ReadsAmounts, FeeAdmin):
    """Every price, to be found; new ones are added to their offering."""

    form = PriceForm
    amounts = (PRICE,)
    list_display = ("offering", "payer_class", PRICE, "valid_from", "valid_until", "holds_tax")
    list_filter = ("payer_class", "currency")
    list_select_related = ("offering",)
    search_fields = ("offering__code", "offering__title")
    date_hierarchy = "valid_from"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(models.TaxRate)
class TaxRateAdmin(FeeAdmin):
    """Dated tax rates."""

    form = TaxRateForm

    list_display = ("country", "payer_scope", "kind", "basis_points", "inclusive", "name",
                    "valid_from", "valid_until")  # fmt: skip
    list_filter = ("country", "payer_scope", "kind")
    search_fields = ("country", "name", "source")


class TermsInline(admin.TabularInline):  # type: ignore[type-arg]
    """The terms of a merchant; they are published on a page of their own."""

    model = models.TermsVersion
    fields = readonly_fields = ("version", "valid_from", "url", "sha256")
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(models.Merchant)
class MerchantAdmin(FeeAdmin):
    """Who collects."""

    form = forms_catalogue.MerchantForm
    list_display = ("code", "legal_name", "country", "rounding_mode", "is_default")
    list_filter = ("country",)
    search_fields = ("code", "legal_name", "tax_id")
    inlines = (TermsInline,)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        super().save_model(request, obj, form, change)
        forms_catalogue.after_save(obj)


@admin.register(models.TermsVersion)
class TermsAdmin(FeeAdmin):
    """Terms are published once: people accepted what they say."""

    form = forms_catalogue.TermsForm
    list_display = ("merchant", "version", "valid_from", "url")
    list_filter = ("merchant",)
    search_fields = ("version", "sha256")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(models.BlockedCountry)
class BlockedCountryAdmin(FeeAdmin):
    """Countries to which nothing is sold."""

    form = forms_catalogue.BlockedCountryForm
    list_display = ("country", "offering", "reason", "valid_from", "valid_until")
    list_filter = ("country",)
    search_fields = ("country", "reason", "offering__code")


@admin.register(models.ScreeningRecord)
class ScreeningRecordAdmin(ReadOnlyAdmin):
    """Who was refused because of their country."""

    people = ("user_id",)
    list_display = ("at", "user_id", "country", "offering", "rule")
    list_filter = ("country", "rule")
    search_fields = ("user_id", "offering__code")


@admin.register(models.PayerMembership)
class PayerMembershipAdmin(ReadableAdmin):
    """As whom people pay; it ends, and is not deleted by hand."""

    people = ("user_id", "verified_by")
    form = forms_catalogue.PayerForm
    list_display = ("user_id", "payer_class", "organisation", "valid_from", "valid_until",
                    "verified_by", "verified_at")  # fmt: skip
    list_filter = ("payer_class",)
    search_fields = ("user_id", "organisation", "tax_id")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        if not change:
            obj.verified_by, obj.verified_at = request.user.pk, clock.now()
        super().save_model(request, obj, form, change)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class AmountsInline(ReadsAmounts, admin.TabularInline):  # type: ignore[type-arg]
    """What a price of theirs may be, by currency."""

    model = models.AuthorAmount
    form = forms_catalogue.AmountsForm
    extra = 0
    amounts = (
        amount_of("lowest_minor", gettext_lazy("Lowest")),
        amount_of("highest_minor", gettext_lazy("Highest")),
    )


@admin.register(models.AuthorLimits)
class AuthorLimitsAdmin(FeeAdmin):
    """What authors may do with the fees of their courses."""

    form = forms_catalogue.LimitsForm
    list_display = ("prefix", "may_sell", "may_change_price", "may_ask", "what_they_sell", "prices",
                    "contact")  # fmt: skip
    search_fields = ("prefix", "contact")
    inlines = (AmountsInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[models.AuthorLimits]:
        return super().get_queryset(request).prefetch_related("amounts")

    @admin.display(description=gettext_lazy("kinds"), ordering="kinds")
    def what_they_sell(self, limits: models.AuthorLimits) -> str:
        """The kinds as they are named."""
        names = dict(models.Offering.Kind.choices)
        return ", ".join(str(names.get(kind, kind)) for kind in limits.kinds.split())

    @admin.display(description=gettext_lazy("prices"))
    def prices(self, limits: models.AuthorLimits) -> str:
        """From the lowest to the highest in each currency."""
        return ", ".join(str(one) for one in limits.amounts.all())


@admin.register(models.RoomWaiting)
class RoomWaitingAdmin(ReadOnlyAdmin):
    """Who waits for a full room, and for whom a seat is held."""

    people = ("user_id",)
    list_display = ("offering", "session", "user_id", "asked_at", "offered_until", "taken_at",
                    "left_at", "told_at")  # fmt: skip
    list_filter = ("offering",)
    list_select_related = ("offering", "session")
    search_fields = ("user_id", "offering__code")
