"""What an author types about a fee of their course."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fairgate import typed_amounts
from fairgate.money import MoneyError, currencies
from fairgate.readable import is_readable
from fairgate_forms.spoken import FocusedForm
from fee_payments.data import (
    AuthoredChange,
    AuthoredOffering,
    AuthoredPrice,
    AuthorWish,
    Limits,
    OfferingSummary,
    PayerClass,
)
from fee_payments.models import PAYER_LABELS, Offering

Choice = tuple[str, Any]


def _day(label: Any, *, required: bool = False, help_text: Any = "") -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, required=required, widget=widget, help_text=help_text)


class LimitedForm(FocusedForm):
    """Offers what authors of the course may choose, then what they may ask operators for."""

    reason = forms.CharField(
        required=False,
        max_length=1000,
        label=_("Why you need more than your limits"),
        help_text=_(
            "Only if you do: an operator reads it and decides. Until then nothing changes."
        ),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, limits: Limits, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not limits.may_ask:
            del self.fields["reason"]
        choices = {"kind": self._kinds(limits), "currency": _currencies(limits)}
        for name, (free, to_ask_for) in choices.items():
            if name in self.fields:
                field: Any = self.fields[name]
                field.choices = _grouped(free, to_ask_for if limits.may_ask else [])

    def _kinds(self, limits: Limits) -> tuple[list[Choice], list[Choice]]:
        bundle, is_now = Offering.Kind.BUNDLE, self.initial.get("kind")
        free = [one for one in Offering.Kind.choices if one[0] in limits.kinds]
        # Operators make bundles; one that is there keeps its kind.
        others = [one for one in Offering.Kind.choices if one not in free]
        return free, [one for one in others if one[0] != bundle or is_now == bundle]

    @property
    def said(self) -> str:
        """Why they need more; "" if they did not say."""
        return str(self.cleaned_data.get("reason", ""))


def _currencies(limits: Limits) -> tuple[list[Choice], list[Choice]]:
    free: list[Choice] = [
        (one.currency, f"{one.currency} ({one.lowest.amount:,f} – {one.highest.amount:,f})")
        for one in limits.amounts
    ]
    return free, [(code, code) for code in currencies() if limits.of(code) is None]


def _grouped(free: list[Choice], to_ask_for: list[Choice]) -> list[Any]:
    if not to_ask_for:
        return list(free)
    asked = (_("An operator decides"), to_ask_for)
    return [(_("Within your limits"), free), asked] if free else [asked]


class FeeForm(LimitedForm):
    """What is sold, and when."""

    field_order: Sequence[str] = (
        "title",
        "kind",
        "on_sale_from",
        "on_sale_until",
        "reason",
    )

    title = forms.CharField(max_length=255, label=_("Title"))
    kind = forms.ChoiceField(label=_("What the fee opens"))
    on_sale_from = _day(_("On sale from (UTC)"))
    on_sale_until = _day(
        _("On sale until (UTC)"), help_text=_("The first day on which it is no longer sold.")
    )

    def clean_title(self) -> str:
        title: str = self.cleaned_data["title"]
        if not is_readable(title):
            raise forms.ValidationError(_("A title is one line without control characters."))
        return title

    def wanted(self) -> AuthoredOffering:
        """What was typed."""
        names = ("title", "kind", "on_sale_from", "on_sale_until")
        return AuthoredOffering(**{name: self.cleaned_data[name] for name in names})

    def change(self, code: str) -> AuthoredChange:
        """All that would be done."""
        return AuthoredChange(wish=AuthorWish.CHANGE, code=code, about=self.wanted())

    @staticmethod
    def of(offering: OfferingSummary) -> dict[str, Any]:
        """What the form begins with for a fee that is there."""
        names = ("title", "kind", "on_sale_from", "on_sale_until")
        return {name: getattr(offering, name) for name in names}


class PriceForm(LimitedForm):
    """A price from a day on."""

    field_order: Sequence[str] = (
        "payer_class",
        "amount",
        "currency",
        "valid_from",
        "reason",
    )

    payer_class = forms.ChoiceField(
        label=_("Who pays"), choices=[(one.value, label) for one, label in PAYER_LABELS.items()]
    )
    amount = forms.CharField(
        max_length=40,
        label=_("Amount"),
        help_text=_("Like 49.00."),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    currency = forms.ChoiceField(label=_("Currency"))
    valid_from = _day(_("Holds from (UTC)"), required=True)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "amount" in cleaned and "currency" in cleaned:
            try:
                cleaned["money"] = typed_amounts.read(cleaned["amount"], cleaned["currency"])
            except MoneyError:
                self.add_error(
                    "amount",
                    _("This is not an amount in %(currency)s; write it like 49.00.")
                    % {"currency": cleaned["currency"]},
                )
        return cleaned

    def price(self) -> AuthoredPrice:
        """What was typed."""
        return AuthoredPrice(
            payer_class=PayerClass(self.cleaned_data["payer_class"]),
            amount=self.cleaned_data["money"],
            valid_from=self.cleaned_data["valid_from"],
        )

    def change(self, code: str) -> AuthoredChange:
        """All that would be done."""
        return AuthoredChange(wish=AuthorWish.PRICE, code=code, price=self.price())


class NewFeeForm(FeeForm, PriceForm):
    """A new fee with its first price."""

    code = forms.SlugField(
        max_length=64,
        label=_("Code"),
        help_text=_("Small letters, digits and dashes. It names the fee in gates, and stays."),
    )
    field_order: Sequence[str] = (
        "title", "code", "kind", "payer_class", "amount", "currency", "valid_from",
        "on_sale_from", "on_sale_until", "reason",
    )  # fmt: skip

    def change(self, code: str) -> AuthoredChange:
        """All that would be done."""
        return AuthoredChange(
            wish=AuthorWish.ADD, code=code, about=self.wanted(), price=self.price()
        )
