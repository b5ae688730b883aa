"""Forms of the admin: what an operator types is a currency, a country, a price that may end."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib.admin.helpers import ActionForm
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_countries import countries

from fairgate import clock
from fairgate.course_runs import is_course_run
from fairgate.money import UnknownCurrency, exponent
from fairgate.readable import is_readable
from fairgate_tables.amount_fields import TypedAmounts
from fee_payments import models, selectors
from fee_payments.data import PayerScope, PricesHoldTax, TaxKind
from fee_payments.exceptions import InvalidCatalogue, PaymentsError, TaxOverlap
from fee_payments.services import catalogue, taxes
from fee_payments.services.seat_codes import MOST_CODES, session_of
from fee_payments.services.session_words import session_in_words

# What was sold under a price points at it, so a price that is there can only end.
FROZEN = ("payer_class", "amount_minor", "currency", "holds_tax", "valid_from")
# The same of a tax rate.
FROZEN_RATE = ("country", "payer_scope", "kind", "basis_points", "inclusive", "valid_from")


_WHOLE = 10_000  # basis points


def country_code(code: str) -> str:
    """A country that exists; "" stays "" where a country may be missing."""
    if code and code not in countries:
        raise forms.ValidationError(
            _("“%(code)s” is not a country code of ISO 3166; write it like FR.") % {"code": code}
        )
    return code


def currency_code(code: str) -> str:
    """A currency that exists."""
    try:
        exponent(code)
    except UnknownCurrency as unknown:
        raise forms.ValidationError(str(unknown)) from None
    return code


def end_of(form: forms.ModelForm) -> Any:  # type: ignore[type-arg]
    """``valid_until``, if it comes after ``valid_from``."""
    begins, ends = (form.cleaned_data.get(name) for name in ("valid_from", "valid_until"))
    if begins is not None and ends is not None and ends <= begins:
        raise forms.ValidationError(_("The end has to be after the beginning."))
    return ends


def freeze(form: forms.ModelForm, names: Iterable[str]) -> None:  # type: ignore[type-arg]
    """Let the fields of a row that is there be read, and not written."""
    if form.instance.pk:
        for field in shown(form, names):
            field.disabled = True


def shown(form: forms.BaseForm, names: Iterable[str]) -> list[Any]:
    """Those of the fields that the form has: who may only look is given none to fill in."""
    return [form.fields[name] for name in names if name in form.fields]


def _one_line(text: str) -> str:
    if not is_readable(text):
        raise forms.ValidationError(
            _("Sponsor and note are one line each, without control characters.")
        )
    return text


class OfferingForm(TypedAmounts):
    """An offering; the currency of its seat cost is one of ISO 4217.

    Gates, holds and receipts name it by its code, and people have rights to what it opens: the code
    stays what it was, and so does the course run once somebody may come in.
    """

    amounts = {"full_seat_cost_minor": "full_seat_cost_currency"}

    class Meta:
        model = models.Offering
        fields = "__all__"
        help_texts = {
            "course_key": _("Like course-v1:ORG+CODE+RUN. A bundle may be of none."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        is_in_use = bool(self.instance.pk) and selectors.is_in_use(self.instance)
        freeze(self, ("code", "course_key", "kind") if is_in_use else ("code",))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        is_bundle = cleaned.get("kind") == models.Offering.Kind.BUNDLE
        if not is_bundle and cleaned.get("course_key") == "":
            self.add_error("course_key", _("Only a bundle may be of no course run."))
        return cleaned

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        try:
            catalogue.check_code(code)
        except InvalidCatalogue as refused:
            raise forms.ValidationError(str(refused)) from None
        return code

    def clean_course_key(self) -> str:
        typed: str = self.cleaned_data["course_key"]
        if typed and not is_course_run(typed):
            raise forms.ValidationError(
                _("There is no course run “%(course)s”.") % {"course": typed}
            )
        return typed

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

    def clean_full_seat_cost_currency(self) -> str:
        code: str = self.cleaned_data["full_seat_cost_currency"]
        return currency_code(code) if code else code


class PriceForm(TypedAmounts):
    """A price: new ones are typed, old ones end."""

    amounts = {"amount_minor": "currency"}

    class Meta:
        model = models.Price
        fields = (*FROZEN, "valid_until")
        labels = {"amount_minor": _("Amount")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in shown(self, ("holds_tax",)):
            field.required = False
        for field in shown(self, ("currency",)):
            # Three letters, and not as wide as a title: else the row is wider than the page.
            field.widget.attrs |= {"size": 4, "class": ""}
        freeze(self, FROZEN)

    def clean_currency(self) -> str:
        return currency_code(self.cleaned_data["currency"])

    def clean_holds_tax(self) -> str:
        return self.cleaned_data["holds_tax"] or PricesHoldTax.AS_THE_RATE.value

    def clean_valid_until(self) -> Any:
        return end_of(self)


class TaxRateForm(forms.ModelForm):  # type: ignore[type-arg]
    """A tax rate of a country that exists; one that is there can only end."""

    class Meta:
        model = models.TaxRate
        fields = (*FROZEN_RATE, "valid_until", "name", "legal_note", "source")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in shown(self, ("payer_scope", "kind")):
            field.required = False
        freeze(self, FROZEN_RATE)

    def clean_country(self) -> str:
        return country_code(self.cleaned_data["country"])

    def clean_payer_scope(self) -> str:
        return self.cleaned_data["payer_scope"] or PayerScope.ANY.value

    def clean_kind(self) -> str:
        return self.cleaned_data["kind"] or TaxKind.STANDARD.value

    def clean_basis_points(self) -> int:
        basis_points: int = self.cleaned_data["basis_points"]
        if basis_points > _WHOLE:
            raise forms.ValidationError(_("At most 10000 basis points: that is 100 per cent."))
        if basis_points and self.cleaned_data.get("kind") in (TaxKind.ZERO, TaxKind.EXEMPT):
            raise forms.ValidationError(_("A zero rate, or an exempt one, has no basis points."))
        return basis_points

    def clean_valid_until(self) -> Any:
        return end_of(self)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            row = models.TaxRate(pk=self.instance.pk, **cleaned)
            try:
                taxes.check_no_overlap(row)
            except TaxOverlap:
                raise forms.ValidationError(
                    _("Another rate for these payers holds on some of these days: end it first.")
                ) from None
        return cleaned


class SessionField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Sessions by what people know of them: of what, when and where."""

    def label_from_instance(self, obj: models.Session) -> str:
        return f"{obj.offering.title}: {session_in_words(obj)}"


class SeatCodesForm(forms.ModelForm):  # type: ignore[type-arg]
    """Codes to issue. The hidden field names the request: sent twice, it issues once."""

    session = SessionField(
        queryset=models.Session.objects.filter(closed=False).select_related("offering"),
        required=False, label=_("Session"),
        help_text=_("Where the offering has sessions: the one that the codes open a seat of."),
    )  # fmt: skip
    count = forms.IntegerField(min_value=1, max_value=MOST_CODES, initial=1, label=_("How many"))
    request_name = forms.CharField(widget=forms.HiddenInput, max_length=64)

    class Meta:
        model = models.SeatCodeBatch
        fields = ("offering", "session", "sponsor", "count", "expires_at", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.at = clock.now()
        self.fields["request_name"].initial = uuid4().hex

    @property
    def key(self) -> str:
        """The idempotency key of what was sent."""
        return f"admin:{self.cleaned_data['request_name']}"

    def clean_sponsor(self) -> str:
        return _one_line(self.cleaned_data["sponsor"])

    def clean_note(self) -> str:
        return _one_line(self.cleaned_data["note"])

    def clean_expires_at(self) -> Any:
        expires_at = self.cleaned_data["expires_at"]
        if expires_at is not None and expires_at <= self.at:
            raise forms.ValidationError(_("The codes would have expired before they are issued."))
        return expires_at

    def clean(self) -> dict[str, Any]:
        # No field's error: the field is hidden, and so would the sentence be.
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        name = cleaned.get("request_name", "")
        if models.SeatCodeBatch.objects.filter(key=f"admin:{name}").exists():
            raise forms.ValidationError(
                _(
                    "These codes were issued already, and a code is shown once. If the list is "
                    "lost, revoke its codes and issue new ones."
                )
            )
        self._check_session(cleaned.get("offering"), cleaned.get("session"))
        return cleaned

    def _check_session(
        self, offering: models.Offering | None, session: models.Session | None
    ) -> None:
        if offering is None:
            return
        if session is not None and session.offering_id != offering.pk:
            self.add_error("session", _("This session is of another offering."))
            return
        try:
            session_of(offering.code, session.code if session else "", at=self.at)
        except PaymentsError as refused:
            self.add_error("session", str(refused))


class RevokeSeatCodesForm(ActionForm):
    """The reason for what is done with the chosen codes; it is kept with each."""

    because = forms.CharField(
        max_length=255, required=False, label=_("Reason"), help_text=_("Kept with each code.")
    )


class RefuseRequestsForm(ActionForm):
    """What learners are told whose requests are refused."""

    note = forms.CharField(
        max_length=255,
        required=False,
        label=_("Reason"),
        help_text=_("To refuse: the learner reads it."),
    )
