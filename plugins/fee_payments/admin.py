"""The operator's view: price lists can be edited, what happened can only be read."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from fee_payments import models
from fee_payments.forms import OfferingForm, PriceForm, TaxRateForm
from fee_payments.services import catalogue


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # generic at type time only
    """Rows that are written by services and never by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class PriceInline(admin.TabularInline):  # type: ignore[type-arg]
    """The price list of an offering; a price ends, it is not deleted."""

    model = models.Price
    form = PriceForm
    extra = 0
    can_delete = False


@admin.register(models.Offering)
class OfferingAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Offerings with their prices."""

    form = OfferingForm

    list_display = ("code", "title", "course_key", "delivery", "capacity", "seats_taken")
    search_fields = ("code", "title", "course_key")
    readonly_fields = ("seats_taken",)
    inlines = (PriceInline,)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        """Write only what was edited: seats may have been taken since the page was opened."""
        if change:
            obj.save(update_fields=form.changed_data)
        else:
            obj.save()
        catalogue.tell_courses({obj.course_key, form.initial.get("course_key", obj.course_key)})

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        catalogue.tell_courses({obj.course_key})

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        courses = set(queryset.values_list("course_key", flat=True))
        super().delete_queryset(request, queryset)
        catalogue.tell_courses(courses)


@admin.register(models.TaxRate)
class TaxRateAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Dated tax rates."""

    form = TaxRateForm

    list_display = ("country", "basis_points", "inclusive", "valid_from", "valid_until")
    list_filter = ("country",)


@admin.register(models.Order)
class OrderAdmin(ReadOnlyAdmin):
    """Orders and where they stand."""

    list_display = ("uuid", "state", "user_id", "country", "placed_at", "held_because")
    list_filter = ("state", "payer_class")
    search_fields = ("uuid",)


@admin.register(models.Payment)
class PaymentAdmin(ReadOnlyAdmin):
    """Payments, minor units."""

    list_display = (
        "uuid",
        "provider",
        "currency",
        "amount_minor",
        "processor_fee_minor",
        "refunded_minor",
        "paid_at",
    )
    list_filter = ("provider", "currency")


@admin.register(models.ProviderEvent)
class ProviderEventAdmin(ReadOnlyAdmin):
    """Events of providers; held ones wait for a person."""

    list_display = ("provider", "kind", "outcome", "sentence", "received_at")
    list_filter = ("provider", "outcome")


@admin.register(models.Refund)
class RefundAdmin(ReadOnlyAdmin):
    """Refunds, minor units."""

    list_display = ("uuid", "currency", "amount_minor", "reason", "refunded_at", "failed")


@admin.register(models.Entitlement)
class EntitlementAdmin(ReadOnlyAdmin):
    """Who may enter what, and why."""

    list_display = ("uuid", "user_id", "offering", "source", "starts_at", "revoked_at")
    list_filter = ("source",)
