"""Forms of the admin for rooms, bundles, merchants, payers, and what authors may do."""

from __future__ import annotations

import hashlib
from typing import Any

from django import forms
from django.contrib.admin.helpers import ActionForm
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from fairgate_tables.amount_fields import TypedAmounts
from fee_payments import models
from fee_payments.data import PayerClass, SessionEntry
from fee_payments.exceptions import InvalidCatalogue
from fee_payments.forms import country_code, currency_code, end_of, freeze, shown
from fee_payments.rules import bank_details, tax_ids
from fee_payments.services import catalogue, merchants, payers

Kind = models.Offering.Kind


class SessionForm(forms.ModelForm):  # type: ignore[type-arg] # generic at type time only
    """A session of an offering that is held in a room; times are in UTC, as the admin's are."""

    class Meta:
        model = models.Session
        fields = (
            "code",
            "place",
            "room",
            "starts_at",
            "ends_at",
            "timezone",
            "capacity",
            "closed",
        )
        help_texts = {"timezone": _("Like Africa/Nairobi.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        freeze(self, ("code",))

    def clean_capacity(self) -> int | None:
        capacity: int | None = self.cleaned_data["capacity"]
        taken = self.instance.seats_taken
        if capacity is not None and capacity < taken:
            raise forms.ValidationError(
                ngettext(
                    "%(taken)s seat is taken already.", "%(taken)s seats are taken already.", taken
                )
                % {"taken": taken}
            )
        return capacity

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        names = ("code", "place", "starts_at", "ends_at", "timezone")
        if all(cleaned.get(name) for name in names):
            try:
                catalogue.check_times(SessionEntry(**{name: cleaned[name] for name in names}))
            except InvalidCatalogue:
                raise forms.ValidationError(
                    _("It has to end after it begins, in a time zone like Africa/Nairobi.")
                ) from None
        return cleaned


class BundleItems(forms.BaseInlineFormSet):  # type: ignore[type-arg]
    """What a bundle opens: at least one offering, and no bundle. What is no bundle has none."""

    def clean(self) -> None:
        super().clean()
        kept = [
            form.cleaned_data["item"]
            for form in self.forms
            if form.cleaned_data.get("item") and not form.cleaned_data.get("DELETE")
        ]
        if self.instance.kind != Kind.BUNDLE:
            if kept:
                raise forms.ValidationError(_("Only a bundle opens other offerings."))
        elif not kept or any(item.kind == Kind.BUNDLE or item == self.instance for item in kept):
            raise forms.ValidationError(
                _("A bundle opens at least one offering, and none of them is a bundle.")
            )


class MerchantForm(forms.ModelForm):  # type: ignore[type-arg]
    """Who collects. Check digits find a slip in the account before money is sent to it."""

    class Meta:
        model = models.Merchant
        fields = "__all__"  # noqa: DJ007 - an operator sees all of it

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Pasted with blanks; what is kept has none.
        for field in shown(self, ("iban", "bic")):
            field.widget.attrs["maxlength"] = 60
            field.max_length = None
            field.validators = []
        freeze(self, ("code",))

    def clean_country(self) -> str:
        return country_code(self.cleaned_data["country"])

    def clean_iban(self) -> str:
        iban = bank_details.normal(self.cleaned_data["iban"])
        if iban and not bank_details.is_iban(iban):
            raise forms.ValidationError(_("This is no IBAN: a sign is wrong, or two are swapped."))
        return iban

    def clean_bic(self) -> str:
        bic = bank_details.normal(self.cleaned_data["bic"])
        if bic and not bank_details.is_bic(bic):
            raise forms.ValidationError(_("This is no BIC: it has 8 or 11 signs, like DEUTDEFF."))
        return bic

    def clean_currencies(self) -> str:
        codes = self.cleaned_data["currencies"].split()
        return " ".join(currency_code(code) for code in codes)

    def clean_tax_id(self) -> str:
        return tax_ids.normal(self.cleaned_data["tax_id"])

    def validate_unique(self) -> None:
        """As Django's, but a new default takes the place of the old one."""
        left_out = self._get_validation_exclusions()  # type: ignore[attr-defined]
        try:
            self.instance.validate_unique(exclude={*left_out, "is_default"})
        except forms.ValidationError as error:
            self._update_errors(error)  # type: ignore[attr-defined]

    def save(self, commit: bool = True) -> models.Merchant:  # noqa: FBT001, FBT002 - Django's signature
        if not self.errors and self.instance.is_default:
            others = models.Merchant.objects.filter(is_default=True).exclude(pk=self.instance.pk)
            others.update(is_default=None)
        row: models.Merchant = super().save(commit=commit)
        return row


def after_save(row: models.Merchant) -> None:
    """Let the default merchant collect for offerings that nobody collects for yet."""
    merchants.give_to_offerings(row)


class TermsForm(forms.ModelForm):  # type: ignore[type-arg]
    """A version of terms: a text, or an address with the hash of what is there."""

    class Meta:
        model = models.TermsVersion
        fields = ("merchant", "version", "valid_from", "text", "url", "sha256")
        help_texts = {"sha256": _("Of what is at the address; that of a text is made here.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in shown(self, ("sha256",)):
            field.required = False

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        text, url, digest = (cleaned.get(name, "") for name in ("text", "url", "sha256"))
        if text:
            cleaned["sha256"] = hashlib.sha256(text.encode()).hexdigest()
        elif not url or len(digest) != len(hashlib.sha256().hexdigest()):
            raise forms.ValidationError(
                _("Terms need a text, or an address and the SHA-256 of what is there.")
            )
        return cleaned


class BlockedCountryForm(forms.ModelForm):  # type: ignore[type-arg]
    """A country to which nothing is sold."""

    class Meta:
        model = models.BlockedCountry
        fields = ("country", "offering", "reason", "valid_from", "valid_until")

    def clean_country(self) -> str:
        return country_code(self.cleaned_data["country"])

    def clean_valid_until(self) -> Any:
        return end_of(self)


class PayerForm(forms.ModelForm):  # type: ignore[type-arg]
    """As whom a person pays; what was verified stays, and ends."""

    class Meta:
        model = models.PayerMembership
        fields = (
            "user_id",
            "payer_class",
            "organisation",
            "tax_country",
            "tax_id",
            "valid_from",
            "valid_until",
            "note",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        freeze(self, [name for name in self.fields if name not in ("valid_until", "note")])

    def clean_payer_class(self) -> str:
        payer: str = self.cleaned_data["payer_class"]
        if payer == PayerClass.INDIVIDUAL:
            raise forms.ValidationError(_("Everybody pays as an individual already."))
        return payer

    def clean_tax_country(self) -> str:
        return country_code(self.cleaned_data["tax_country"])

    def clean_tax_id(self) -> str:
        tax_id = tax_ids.normal(self.cleaned_data["tax_id"])
        try:
            payers.check_tax_id(self.cleaned_data.get("tax_country", ""), tax_id)
        except InvalidCatalogue:
            raise forms.ValidationError(
                _("This has not the form of a tax id of that country.")
            ) from None
        return tax_id

    def clean_valid_until(self) -> Any:
        return end_of(self)


class LimitsForm(forms.ModelForm):  # type: ignore[type-arg]
    """What authors of some courses may do."""

    kinds = forms.MultipleChoiceField(
        choices=Kind.choices, widget=forms.CheckboxSelectMultiple, label=_("Kinds")
    )

    class Meta:
        model = models.AuthorLimits
        fields = ("prefix", "may_sell", "may_change_price", "may_ask", "kinds", "contact")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["kinds"] = self.instance.kinds.split()

    def clean_kinds(self) -> str:
        return " ".join(self.cleaned_data["kinds"])


class AmountsForm(TypedAmounts):
    """What a price of an author may be."""

    amounts = {"lowest_minor": "currency", "highest_minor": "currency"}

    class Meta:
        model = models.AuthorAmount
        fields = ("currency", "lowest_minor", "highest_minor")
        labels = {"lowest_minor": _("Lowest"), "highest_minor": _("Highest")}

    def clean_currency(self) -> str:
        return currency_code(self.cleaned_data["currency"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.errors and cleaned["highest_minor"] < cleaned["lowest_minor"]:
            self.add_error("highest_minor", _("The highest amount has to be above the lowest."))
        return cleaned


class DecideForm(ActionForm):
    """What authors are told about what they asked for."""

    note = forms.CharField(
        max_length=255,
        required=False,
        label=_("Said to the author"),
        help_text=_("To decline, it has to be said why."),
    )
