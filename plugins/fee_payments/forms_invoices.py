"""Forms about invoices, quotes and bank statements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from fairgate.money import Money, MoneyError, UnknownCurrency, exponent
from fairgate.readable import is_readable
from fairgate.whole_numbers import whole_number
from fairgate_forms.spoken import FocusedForm
from fee_payments import models
from fee_payments.bank_files import CsvMapping, plain_account
from fee_payments.data.invoices import BuyerDetails, InvoiceState, QuoteItem
from fee_payments.exceptions import InvalidCsvMapping
from fee_payments.services.invoicing import MAX_NAME
from fee_payments.wording_invoices import STATE_NAMES

_MAX_LINES = 8


def currency_code(code: str) -> str:
    """A code of ISO 4217, or an error of the form."""
    try:
        exponent(code)
    except UnknownCurrency as unknown:
        raise forms.ValidationError(str(unknown)) from None
    return code


class AddresseeForm(FocusedForm):
    """To whom an invoice is made out: an organisation that the person acts for, or who they say."""

    buyer = forms.ChoiceField(label=_("Make it out to"), required=False)
    name = forms.CharField(label=_("Name"), max_length=MAX_NAME, required=False)
    address = forms.CharField(
        label=_("Address, without the country"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=500,
        required=False,
    )
    country = forms.ChoiceField(label=_("Country"), required=False)
    tax_id = forms.CharField(label=_("Tax number, if there is one"), max_length=32, required=False)
    email = forms.EmailField(label=_("E-mail for reminders"), required=False)

    def __init__(self, *args: Any, buyers: Sequence[BuyerDetails] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.buyers = {str(one.buyer_uuid): one for one in buyers}
        self.fields["country"].choices = [("", "–"), *countries]  # type: ignore[attr-defined]
        if buyers:
            named = [(uuid, one.name) for uuid, one in self.buyers.items()]
            self.fields["buyer"].choices = [*named, ("", _("somebody else, named below"))]  # type: ignore[attr-defined]
        else:
            del self.fields["buyer"]

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("buyer"):
            return told
        for name in ("name", "address", "country"):
            if not told.get(name) and name not in self.errors:
                self.add_error(name, _("This is needed on an invoice."))
        return told

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if not is_readable(name):
            raise forms.ValidationError(_("The name is one line, without control characters."))
        return name

    def clean_address(self) -> str:
        lines = [line.strip() for line in self.cleaned_data["address"].splitlines()]
        kept = [line for line in lines if line]
        if len(kept) > _MAX_LINES or not all(is_readable(line) for line in kept):
            raise forms.ValidationError(_("An address has up to eight lines of text."))
        return "\n".join(kept)

    def details(self) -> BuyerDetails:
        """What was said."""
        told = self.cleaned_data
        if told.get("buyer"):
            return self.buyers[told["buyer"]]
        return BuyerDetails(
            name=told["name"].strip(),
            address=tuple(told["address"].splitlines()),
            country=told["country"],
            tax_id=told["tax_id"],
            email=told["email"],
            language=get_language() or "en",
        )


class InvoiceSearchForm(FocusedForm):
    """Which invoices an operator looks for."""

    state = forms.ChoiceField(label=_("State"), required=False)
    text = forms.CharField(label=_("Number, name or reference"), max_length=100, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["state"].choices = [  # type: ignore[attr-defined]
            ("", _("all")),
            *((one.value, STATE_NAMES[one]) for one in InvoiceState),
            ("taken_back", _("taken back by the bank")),
        ]


class StatementForm(FocusedForm):
    """A file of a bank."""

    file = forms.FileField(label=_("File of the bank"), max_length=255)
    account = forms.ModelChoiceField(
        label=_("Account, for a CSV"),
        queryset=models.BankAccount.objects.all(),
        required=False,
        empty_label=_("the file says which"),
    )


class LineSearchForm(FocusedForm):
    """Which payments an operator looks for."""

    account = forms.ModelChoiceField(
        label=_("Account"),
        queryset=models.BankAccount.objects.all(),
        required=False,
        empty_label=_("all"),
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        required=False,
        choices=[
            ("", _("all")),
            ("overpaid", _("paid too much")),
            ("reversal", pgettext_lazy("a payment", "taken back")),
        ],
    )
    text = forms.CharField(label=_("Name, text or reference"), max_length=100, required=False)


class AmountForm(FocusedForm):
    """An amount in a currency that is known; ``amount()`` is what was typed."""

    amount = forms.CharField(label=_("Amount"), max_length=30)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency

    def clean_amount(self) -> Money:
        try:
            return Money(self.cleaned_data["amount"].strip(), self.currency)
        except MoneyError as error:
            raise forms.ValidationError(str(error)) from None


class MatchForm(AmountForm):
    """An invoice, by its number, that a payment is for."""

    number = forms.CharField(label=_("Number of the invoice"), max_length=40)
    field_order = ("number", "amount")


class ReasonedAmountForm(AmountForm):
    """An amount, and why."""

    reason = forms.CharField(label=_("Reason, kept with it"), max_length=255)


class PurchaseOrderForm(AmountForm):
    """What a buyer's purchase order says."""

    number = forms.CharField(label=_("Number of the purchase order"), max_length=64)
    received_on = forms.DateField(
        label=_("Received on"), widget=forms.DateInput(attrs={"type": "date"})
    )
    file = forms.FileField(
        label=_("The purchase order (PDF, PNG or JPEG)"), max_length=255, required=False
    )
    field_order = ("number", "amount", "received_on", "file")


class QuoteForm(FocusedForm):
    """A quote to a buyer: lines of a fee's code, that of its session, and how many."""

    buyer = forms.ModelChoiceField(label=_("Buyer"), queryset=models.Buyer.objects.all())
    items = forms.CharField(
        label=_("What is offered"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
    )
    currency = forms.CharField(label=_("Currency"), max_length=3)
    valid_until = forms.DateField(
        label=_("Valid until"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = models.Offering.objects.order_by("code").values_list("code", flat=True)
        self.fields["items"].help_text = _(
            "A line for each fee: its code, the code of a session if it has some, and how many "
            "seats, with blanks between. Codes: %(codes)s."
        ) % {"codes": ", ".join(codes)}

    def clean_currency(self) -> str:
        return currency_code(self.cleaned_data["currency"].strip().upper())

    def clean_items(self) -> tuple[QuoteItem, ...]:
        found = []
        for line in self.cleaned_data["items"].splitlines():
            parts = line.split()
            if not parts:
                continue
            count = whole_number(parts[-1], digits=6)
            if len(parts) not in (2, 3) or count is None:
                raise forms.ValidationError(
                    _("“%(line)s” is not a code, or two, and a number.") % {"line": line[:80]}
                )
            session = parts[1] if len(parts) == 3 else ""
            found.append(QuoteItem(offering_code=parts[0], session=session, quantity=count))
        return tuple(found)


class BankAccountForm(forms.ModelForm):  # type: ignore[type-arg] # generic at type time only
    """An account; its number is kept as it is compared, its CSV mapping is one that works."""

    class Meta:
        model = models.BankAccount
        fields = "__all__"  # noqa: DJ007 - the admin shows all of it

    def clean_number(self) -> str:
        return plain_account(self.cleaned_data["number"])

    def clean_currency(self) -> str:
        return currency_code(self.cleaned_data["currency"])

    def clean_csv_mapping(self) -> str:
        text: str = self.cleaned_data["csv_mapping"].strip()
        try:
            return CsvMapping.from_json(text).to_json() if text else ""
        except InvalidCsvMapping as error:
            raise forms.ValidationError(str(error)) from None


class BuyerForm(forms.ModelForm):  # type: ignore[type-arg]
    """A buyer as an operator writes it down."""

    class Meta:
        model = models.Buyer
        fields = "__all__"  # noqa: DJ007 - the admin shows all of it

    def clean_country(self) -> str:
        code: str = self.cleaned_data["country"].strip().upper()
        if code not in countries.countries:
            raise forms.ValidationError(_("This is not a country’s code."))
        return code
