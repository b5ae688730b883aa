"""Forms of a partner's people: what they did and gave, and their consent.

What is typed stays when something is wrong; only a file has to be chosen once more.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from fairgate import typed_amounts
from fairgate.money import Money
from fairgate.readable import is_readable
from fairgate_forms.spoken import SpokenForm
from fairgate_tables.amount_fields import AmountField, read_amount

from .data import DeliverySummary
from .forms_parts import check_readable, day_field

LONGEST_EVIDENCE = 500


class RecordForm(SpokenForm):
    """What every record says: a day, and what it rests on.

    ``key`` is drawn with the form: sent twice, it is recorded once.
    """

    key = forms.CharField(max_length=36, widget=forms.HiddenInput, initial=lambda: str(uuid4()))
    evidence = forms.CharField(
        label=_("What this rests on"),
        max_length=LONGEST_EVIDENCE,
        help_text=_("On one line, such as the number of a letter or of a transfer."),
        error_messages={"required": _("Please say what this rests on.")},
    )

    def __init__(self, *args: Any, first: date, today: date, **more: Any) -> None:
        super().__init__(*args, **more)
        self.first, self.today = first, today

    def clean_evidence(self) -> str:
        """One line that people can read."""
        said: str = self.cleaned_data["evidence"]
        if not is_readable(said):
            raise forms.ValidationError(gettext("There are control characters in the text."))
        return said

    def checked_day(self, name: str) -> date:
        """A day of the agreement that has come."""
        day: date = self.cleaned_data[name]
        if day > self.today:
            raise forms.ValidationError(gettext("This day has not come yet."))
        if day < self.first:
            raise forms.ValidationError(
                gettext("This day lies before the first day of the version.")
            )
        return day


class WithFile(RecordForm):
    """A record that may have a file. The view sees to it that the file stays in memory."""

    file = forms.FileField(
        label=_("A file, if there is one"),
        required=False,
        allow_empty_file=True,
        help_text=_("If you are told that something is wrong, please choose the file once more."),
        widget=forms.FileInput(
            attrs={"accept": ".pdf,.png,.jpg,.jpeg,application/pdf,image/png,image/jpeg"}
        ),
    )

    def content(self) -> bytes | None:
        """The bytes that were sent, if any."""
        file = self.cleaned_data.get("file")
        return None if file is None else file.read()


class FulfilmentForm(WithFile):
    """An obligation that was met; a correction may say that it was not.

    ``replaces`` is the record that a correction was drawn for: what was recorded since is not it.
    """

    day = day_field(_("Fulfilled on (UTC)"))
    is_met = forms.BooleanField(label=_("It was met"), required=False, initial=True)
    replaces = forms.UUIDField(required=False, widget=forms.HiddenInput)
    field_order = ("day", "is_met", "evidence", "file", "key", "replaces")

    def __init__(self, *args: Any, record: UUID | None, **more: Any) -> None:
        super().__init__(*args, initial={"replaces": record}, **more)
        if not (self.data.get("replaces") if self.is_bound else record):
            del self.fields["is_met"]

    def clean_day(self) -> date:
        """When it was done."""
        return self.checked_day("day")

    def met(self) -> bool:
        """Whether it was met after all."""
        return bool(self.cleaned_data.get("is_met", True))


class DeliveryForm(WithFile):
    """Something that was given, or given in truth where another record says otherwise.

    A correction begins with what was recorded, and may say that nothing was given.
    """

    day = day_field(_("Delivered on (UTC)"))
    amount = AmountField(error_messages={"required": _("Please say how much.")})
    field_order = ("day", "amount", "evidence", "file", "key")

    def __init__(
        self,
        *args: Any,
        currency: str,
        label: str,
        replaced: DeliverySummary | None,
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        self.currency, self.is_correction = currency, replaced is not None
        if replaced is not None:
            self.initial = {
                "day": replaced.delivered_on,
                "amount": typed_amounts.written(replaced.amount),
            }
        self.fields["amount"].label = label

    def clean_day(self) -> date:
        """When it was given."""
        return self.checked_day("day")

    def clean_amount(self) -> Money:
        """An amount in the agreed currency."""
        typed = self.cleaned_data["amount"]
        amount = read_amount(typed, self.currency, name=str(self.fields["amount"].label))
        if not amount and not self.is_correction:
            raise forms.ValidationError(gettext("Please give an amount larger than nothing."))
        return amount


class TakeBackForm(SpokenForm):
    """Why a delivery that nobody has accepted is taken back."""

    reason = forms.CharField(
        label=_("Why it is taken back, in a sentence"),
        max_length=255,
        widget=forms.Textarea(attrs={"rows": 2}),
        validators=[check_readable],
        error_messages={"required": _("Say why, in a sentence.")},
    )


class ActualForm(RecordForm):
    """A value that was reached."""

    day = day_field(_("As of (UTC)"))
    value = forms.DecimalField(
        label=_("Value"), max_digits=18, decimal_places=4,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "dir": "ltr", "size": 14}),
        error_messages={"required": _("Please give the value.")},
    )  # fmt: skip
    field_order = ("day", "value", "evidence", "key")

    def clean_day(self) -> date:
        """The day that the value is of."""
        return self.checked_day("day")

    def reported(self) -> Decimal:
        """The value."""
        value: Decimal = self.cleaned_data["value"]
        return value


class ConsentForm(SpokenForm):
    """The signature of a partner under the text with a checksum."""

    checksum = forms.CharField(max_length=64, widget=forms.HiddenInput)
    agreed = forms.BooleanField(
        error_messages={"required": _("Please tick that you agree, in the name of your partner.")}
    )

    def __init__(self, *args: Any, label: str, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["agreed"].label = label
