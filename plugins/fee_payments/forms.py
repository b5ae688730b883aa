"""Forms of the admin: what an operator types is a currency, a country, a price that may end."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from fairgate.money import UnknownCurrency, exponent
from fee_payments import models

# What was sold under a price points at it, so a price that is there can only end.
FROZEN = ("payer_class", "amount_minor", "currency", "valid_from")


def _currency(code: str) -> str:
    try:
        exponent(code)
    except UnknownCurrency as unknown:
        raise forms.ValidationError(str(unknown)) from None
    return code


class OfferingForm(forms.ModelForm):  # type: ignore[type-arg] # generic at type time only
    """An offering; the currency of its seat cost is one of ISO 4217."""

    class Meta:
        model = models.Offering
        fields = "__all__"  # noqa: DJ007 - an operator sees all of it; seats_taken is not editable

    def clean_full_seat_cost_currency(self) -> str:
        code: str = self.cleaned_data["full_seat_cost_currency"]
        return _currency(code) if code else code


class PriceForm(forms.ModelForm):  # type: ignore[type-arg]
    """A price: new ones are typed, old ones end."""

    class Meta:
        model = models.Price
        fields = (*FROZEN, "valid_until")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            for name in FROZEN:
                self.fields[name].disabled = True

    def clean_currency(self) -> str:
        return _currency(self.cleaned_data["currency"])


class TaxRateForm(forms.ModelForm):  # type: ignore[type-arg]
    """A tax rate of a country that exists."""

    class Meta:
        model = models.TaxRate
        fields = ("country", "basis_points", "inclusive", "valid_from", "valid_until")

    def clean_country(self) -> str:
        code: str = self.cleaned_data["country"]
        if code not in countries:
            raise forms.ValidationError(
                _("“%(code)s” is not a country code of ISO 3166; write it like FR.")
                % {"code": code}
            )
        return code
