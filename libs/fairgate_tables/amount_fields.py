"""Fields of forms for amounts that a table keeps in minor units: people type and read major ones.

What is typed is read by ``fairgate.typed_amounts`` alone, so an amount is the same amount in every
form of every app; how many decimals it has, the currency beside it says (ISO 4217).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fairgate import typed_amounts
from fairgate.money import Money, MoneyError, TooLarge, TooManyDecimals, UnknownCurrency, exponent

# No amount is longer; what is, was not typed.
_LONGEST = 40
_HINT = gettext_lazy("Like 120.00; in a currency without cents, like 120.")


class AmountInput(forms.TextInput):
    """Where an amount is typed: digits and a point, from left to right in every language."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(
            {
                "inputmode": "decimal",
                "autocomplete": "off",
                "dir": "ltr",
                "size": 14,
                **(attrs or {}),
            }
        )


class AmountField(forms.CharField):
    """An amount in major units, as text: which currency it is in, the whole form knows."""

    widget = AmountInput

    def __init__(self, **more: Any) -> None:
        super().__init__(**{"max_length": _LONGEST, **more})


def read_amount(typed: str, currency: str, *, name: str) -> Money:
    """The amount that was typed into the field of this name.

    Raises:
        ValidationError: it is none of this currency; the sentence names the field, the currency
            and how an amount of it is written.
    """
    try:
        return typed_amounts.read(typed, currency)
    except TooManyDecimals:
        said = _(
            "“%(field)s” has more decimals than %(currency)s has (%(decimals)s). Write it like "
            "%(example)s."
        )
    except TooLarge:
        said = _("“%(field)s” is larger than any amount that is kept.")
    except UnknownCurrency:
        raise forms.ValidationError(
            _("“%(currency)s” is not a currency code of ISO 4217, like USD."),
            params={"currency": currency},
        ) from None
    except MoneyError:
        said = _(
            "“%(field)s” is not an amount in %(currency)s. Write it like %(example)s, without a "
            "sign and with nothing between the thousands."
        )
    decimals = exponent(currency)
    raise forms.ValidationError(
        said
        % {
            "field": name,
            "currency": currency,
            "decimals": decimals,
            "example": typed_amounts.written(Money.from_minor(120 * 10**decimals, currency)),
        }
    )


class TypedAmounts(forms.ModelForm):  # type: ignore[type-arg] # generic at type time only
    """A form of a row with amounts: minor units in the table, major ones for who types.

    ``amounts`` names the field of the currency for each field of minor units. ``clean`` of a
    subclass calls that of this class first, and finds minor units then.
    """

    amounts: ClassVar[Mapping[str, str]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, beside in self.amounts.items():
            if name not in self.fields:
                continue  # to be read only
            kept = self.fields[name]
            self.fields[name] = AmountField(
                label=kept.label, required=kept.required, disabled=kept.disabled,
                help_text=kept.help_text or _HINT,
            )  # fmt: skip
            minor, currency = self.initial.get(name), getattr(self.instance, beside)
            if currency and isinstance(minor, int):
                self.initial[name] = typed_amounts.written(Money.from_minor(minor, currency))

    def clean(self) -> dict[str, Any]:
        """What was typed, with the amounts in minor units."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name, beside in self.amounts.items():
            if name not in cleaned or name not in self.fields:
                continue
            typed, currency = cleaned[name], cleaned.get(beside)
            cleaned[name] = 0
            if currency is None:
                continue  # what is wrong with it is said beside it, and nothing is saved
            if not currency:
                if typed.strip("0."):
                    self.add_error(beside, _("An amount needs its currency."))
                continue
            try:
                name_said = str(self.fields[name].label)
                cleaned[name] = read_amount(typed, currency, name=name_said).minor
            except forms.ValidationError as refused:
                self.add_error(name, refused)
        return cleaned
