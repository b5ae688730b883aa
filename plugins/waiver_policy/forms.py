"""What people write on the pages."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fairgate.documents import MAX_BYTES, DocumentError, decode
from fairgate.money import Money, MoneyError
from fairgate.percent import Percent
from waiver_policy.exceptions import InvalidCredit
from waiver_policy.models import ManualCredit
from waiver_policy.services.manual_credits import check_proposal
from waiver_policy.services.reviews import MAX_TEXT


class _SpokenForm(forms.Form):
    """Ties a control to its help and its faults, and leads to the first fault.

    Django before 5.2 does not do it by itself. Radio buttons are described by their fieldset.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if field.help_text:
                field.widget.attrs["aria-describedby"] = f"id_{name}_helptext"

    def full_clean(self) -> None:
        super().full_clean()
        wrong = [name for name in self.fields if name in self.errors]
        for name in wrong:
            field = self.fields[name]
            if isinstance(field.widget, forms.RadioSelect):
                continue
            described = [f"id_{name}_error", field.widget.attrs.get("aria-describedby", "")]
            field.widget.attrs["aria-describedby"] = " ".join(filter(None, described))
            field.widget.attrs["aria-invalid"] = "true"
            if name == wrong[0]:
                field.widget.attrs["autofocus"] = True


def _area() -> forms.Textarea:
    return forms.Textarea(attrs={"rows": 6})


class ApplyForm(_SpokenForm):
    """A learner's words, and that they are true."""

    note = forms.CharField(
        label=_("Why do you ask for a waiver?"),
        help_text=_("Say what the reviewer should know. Do not send identity papers here."),
        widget=_area(),
        max_length=MAX_TEXT,
        error_messages={"required": _("Please say why you ask for a waiver.")},
    )
    truth = forms.BooleanField(
        label=_("What I say is true, and I have not been given this fee by somebody else."),
        error_messages={"required": _("Please confirm that what you say is true.")},
    )


class AnswerForm(_SpokenForm):
    """A learner's answer to what a reviewer asked."""

    text = forms.CharField(
        label=_("Your answer"),
        help_text=_("Do not send identity papers here."),
        widget=_area(),
        max_length=MAX_TEXT,
        error_messages={"required": _("Please write an answer.")},
    )


class ReviewForm(_SpokenForm):
    """A reviewer's decision or question, in words that the learner reads.

    ``read`` is how many messages stood on the page.
    """

    APPROVE, REFUSE, ASK = "approve", "refuse", "ask"

    verdict = forms.ChoiceField(
        label=_("Decision"),
        choices=[
            (APPROVE, _("Approve")),
            (REFUSE, _("Refuse")),
            (ASK, _("Ask the learner for more")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose what becomes of the application.")},
    )
    percent = forms.DecimalField(
        label=_("Percentage of the fee that is waived"),
        help_text=_("Needed to approve."),
        min_value=Decimal("0.01"),
        max_value=Decimal(100),
        decimal_places=2,
        required=False,
    )
    reason = forms.CharField(
        label=_("What the learner reads"),
        help_text=_("The reason for your decision, or what you want to know."),
        widget=_area(),
        max_length=MAX_TEXT,
        error_messages={"required": _("Please write what the learner reads.")},
    )
    read = forms.IntegerField(min_value=0, widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, may_ask: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_ask:
            self.fields["verdict"].choices = self.fields["verdict"].choices[:-1]  # type: ignore[attr-defined]

    def chosen_percent(self) -> Percent | None:
        """The percentage, if one was given."""
        value = self.cleaned_data.get("percent")
        return Percent(value) if value is not None else None


class ProposeForm(_SpokenForm):
    """A file of country lists, and where it comes from."""

    file = forms.FileField(
        label=_("CSV file"),
        help_text=_("UTF-8, separated by commas, at most 5 MB."),
        error_messages={"empty": _("The file is empty.")},
    )
    source = forms.CharField(label=_("Publication or address that it comes from"), max_length=500)
    document_symbol = forms.CharField(
        label=_("Document symbol"), max_length=100, required=False,
        help_text=_("For example A/RES/76/8."),
    )  # fmt: skip
    published_on = forms.DateField(
        label=_("Published on"), required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
    )  # fmt: skip
    version = forms.CharField(
        label=_("The publisher's name of this version"), max_length=40, required=False,
        help_text=_("For example WB-2020-07; a policy may ask for a version by it."),
    )  # fmt: skip
    allow_removals = forms.BooleanField(
        label=_("Countries may vanish from a list without an end"), required=False
    )

    def clean_file(self) -> tuple[str, str]:
        """The name and the text of the file."""
        upload = self.cleaned_data["file"]
        if (upload.size or 0) > MAX_BYTES:
            raise forms.ValidationError(_("The file is larger than 5 MB."))
        name = str(upload.name)
        try:
            return name, decode(upload.read(), file=name)
        except DocumentError as error:
            raise forms.ValidationError(str(error)) from None


class RejectForm(_SpokenForm):
    """Why a proposal becomes no edition."""

    reason = forms.CharField(
        label=_("Why it is rejected"), max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip


class ConfirmForm(_SpokenForm):
    """What somebody has looked at before they confirm."""

    note = forms.CharField(
        label=_("What you have looked at"), max_length=500,
        help_text=_("For example the symbol of a resolution, or a page and its date."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip


class ManualCreditForm(forms.ModelForm):  # type: ignore[type-arg]
    """Money that one person proposes for a fund."""

    amount_text = forms.CharField(
        label=_("Amount"),
        max_length=30,
        help_text=_("Like 250.00; negative for a correction downwards."),
    )

    class Meta:
        """What the person says; the rest is noted by the service."""

        model = ManualCredit
        fields = ("currency", "kind", "reason", "effective_on")

    def clean(self) -> dict[str, Any]:
        """The amount in its currency, as the books of a fund take it."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        try:
            amount = Money(data.get("amount_text", "").strip(), data.get("currency", "").upper())
            check_proposal(amount, kind=data.get("kind", ""), reason=data.get("reason", ""))
        except (MoneyError, InvalidCredit) as error:
            raise forms.ValidationError(str(error)) from None
        data["amount"], self.instance.minor = amount, amount.minor
        return data
