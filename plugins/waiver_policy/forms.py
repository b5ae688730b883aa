"""What people write on the pages."""

from __future__ import annotations

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from fairgate.percent import Percent
from waiver_policy.services.reviews import MAX_TEXT

_AREA = forms.Textarea(attrs={"rows": 6})


def _helped(name: str) -> dict[str, str]:
    """What ties a control to its help text; Django before 5.0 does not do it by itself."""
    return {"aria-describedby": f"id_{name}_helptext"}


class ApplyForm(forms.Form):
    """A learner's words, and that they are true."""

    note = forms.CharField(
        label=_("Why do you ask for a waiver?"),
        help_text=_("Say what the reviewer should know. Do not send identity papers here."),
        widget=forms.Textarea(attrs={"rows": 6, **_helped("note")}),
        max_length=MAX_TEXT,
    )
    truth = forms.BooleanField(
        label=_("What I say is true, and I have not been given this fee by somebody else."),
        error_messages={"required": _("Please confirm that what you say is true.")},
    )


class ReviewForm(forms.Form):
    """A reviewer's decision, with the reason that the learner reads."""

    APPROVE, REFUSE = "approve", "refuse"

    verdict = forms.ChoiceField(
        label=_("Decision"),
        choices=[(APPROVE, _("Approve")), (REFUSE, _("Refuse"))],
        widget=forms.RadioSelect,
    )
    percent = forms.DecimalField(
        label=_("Percentage of the fee that is waived"),
        help_text=_("Needed to approve."),
        min_value=Decimal("0.01"),
        max_value=Decimal(100),
        decimal_places=2,
        required=False,
        widget=forms.NumberInput(attrs=_helped("percent")),
    )
    reason = forms.CharField(
        label=_("Reason, in words for the learner"),
        widget=_AREA,
        max_length=MAX_TEXT,
    )

    def chosen_percent(self) -> Percent | None:
        """The percentage, if one was given."""
        value = self.cleaned_data.get("percent")
        return Percent(value) if value is not None else None
