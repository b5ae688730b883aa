"""The form of a hold: a course run, one of its fees by name, and two moments in UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from fairgate import clock
from fee_gate import client, presenter, services
from fee_gate.data import HoldScope, NewRule
from fee_gate.exceptions import RuleRefused
from fee_gate.models import FeeGateRule

# A rule is not edited: it ends, and the next one begins.
FROZEN = ("course_key", "scope", "fee", "effective_from")


class UtcMoment(forms.SplitDateTimeField):
    """A moment typed and shown in UTC, whatever the site's time zone is.

    Not the admin's own inputs: their "Now" is the site's time. A label cannot point at two inputs,
    so each of them says itself what it is called.
    """

    def __init__(self, *, label: Any, **options: Any) -> None:
        date: Any = format_lazy(_("{field}: date"), field=label)
        time: Any = format_lazy(_("{field}: time"), field=label)
        widget = forms.SplitDateTimeWidget(
            date_attrs={"type": "date", "aria-label": date},
            date_format="%Y-%m-%d",
            time_attrs={"type": "time", "step": "1", "aria-label": time},
            time_format="%H:%M:%S",
        )
        super().__init__(label=label, widget=widget, **options)

    def prepare_value(self, value: Any) -> Any:
        return value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) else value

    def compress(self, data_list: Any) -> datetime | None:
        with timezone.override(UTC):
            found: datetime | None = super().compress(data_list)
        return found


class FeeGateRuleForm(forms.ModelForm):  # type: ignore[type-arg] # generic at type time only
    """A new rule, or the end of one that is there."""

    fee = forms.ChoiceField(label=_("Fee"))
    effective_from = UtcMoment(
        label=_("From (UTC)"),
        required=False,
        help_text=_("Empty: from now. Learners who came before keep the terms they came under."),
    )
    ends_at = UtcMoment(
        label=_("Until (UTC)"),
        required=False,
        help_text=_("The first moment at which it no longer holds. Empty: no end is known."),
    )

    class Meta:
        model = FeeGateRule
        fields = (*FROZEN, "ends_at")
        help_texts = {"course_key": _("Like course-v1:ORG+CODE+RUN.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.at = clock.now()
        fee = self.fields["fee"]
        assert isinstance(fee, forms.ChoiceField)  # noqa: S101 - tells mypy
        fee.choices = self._choices()
        if self.instance.pk:
            for name in self.fields.keys() & set(FROZEN):  # who may only look has fewer fields
                self.fields[name].disabled = True

    def _choices(self) -> list[Any]:
        """The fees by course run; of a rule that is there only its own, which may be gone."""
        known = self.instance.fee
        try:
            courses = client.fees_by_course(at=self.at)
        except client.Undecidable:
            courses = {}
        groups = [
            (course, [(fee.code, presenter.choice_name(fee, gettext)) for fee in fees])
            for course, fees in courses.items()
        ]
        if known and known not in {code for _course, fees in groups for code, _name in fees}:
            groups.append((self.instance.course_key, [(known, known)]))
        return [("", "---------"), *groups]

    def clean(self) -> dict[str, Any]:
        """Refuse what the service would refuse, beside the form and with everything typed kept."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        try:
            if self.instance.pk is None:
                cleaned["effective_from"] = cleaned["effective_from"] or self.at
                services.check_rule(self.rule(), at=self.at)
            elif "ends_at" in self.changed_data:
                services.check_end(self.instance.pk, ends_at=cleaned["ends_at"], at=self.at)
        except RuleRefused as refused:
            # Beside the field: then the table's own constraint does not say it again, as its name.
            self.add_error(refused.field or None, str(refused))
        return cleaned

    def rule(self) -> NewRule:
        """What ``services.begin_rule`` is told."""
        told = {name: self.cleaned_data[name] for name in (*FROZEN, "ends_at")}
        return NewRule(**told | {"scope": HoldScope(told["scope"])})
