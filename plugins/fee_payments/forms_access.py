"""Forms of the admin for access that is given by hand, and for seats of institutions."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib.admin.helpers import ActionForm
from django.contrib.auth import get_user_model
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from fairgate import clock
from fairgate.readable import is_readable
from fee_payments import api, models


class GiveAccessForm(forms.ModelForm):  # type: ignore[type-arg] # generic at type time only
    """Whom to give access. The hidden field names the request: sent twice, it gives once."""

    username = forms.CharField(
        label=_("Learner"), max_length=150, help_text=_("The name they sign in with.")
    )
    request_name = forms.CharField(widget=forms.HiddenInput, max_length=64)

    class Meta:
        model = models.GivenAccess
        fields = ("username", "offering", "ends_at", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.at = clock.now()
        self.fields["request_name"].initial = uuid4().hex

    @property
    def key(self) -> str:
        """The idempotency key of what was sent."""
        return f"admin:{self.cleaned_data['request_name']}"

    @property
    def user_id(self) -> int:
        """Whom the access is given to."""
        return int(self.cleaned_data["username"].pk)

    def clean_username(self) -> Any:
        typed = self.cleaned_data["username"].strip()
        user = get_user_model().objects.filter(username=typed).first()
        if user is None:
            raise forms.ValidationError(_("Nobody has this name."))
        return user

    def clean_reason(self) -> str:
        reason: str = self.cleaned_data["reason"]
        if not is_readable(reason):
            raise forms.ValidationError(_("The reason is one line, without control characters."))
        return reason

    def clean_ends_at(self) -> Any:
        ends_at = self.cleaned_data["ends_at"]
        if ends_at is not None and ends_at <= self.at:
            raise forms.ValidationError(_("The access would be over before it begins."))
        return ends_at

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        user, offering = cleaned.get("username"), cleaned.get("offering")
        key = f"admin:{cleaned.get('request_name', '')}"
        if user is None or offering is None or models.GivenAccess.objects.filter(key=key).exists():
            return cleaned  # sent twice: the second is answered as the first was
        if api.has_entitlement(user.pk, offering.code, at=self.at):
            raise forms.ValidationError(_("This person has access already."))
        return cleaned


class EndAccessForm(ActionForm):
    """The reason for ending the chosen access; it is kept with each."""

    because = forms.CharField(
        max_length=255, required=False, label=_("Reason"), help_text=_("Kept with each access.")
    )


class ReasonForm(ActionForm):
    """Why something is asked for, or refused; it is kept with it."""

    because = forms.CharField(
        max_length=255,
        required=False,
        label=_("Reason"),
        help_text=_("To close, or not to: it is kept."),
    )


class MovePoolEndForm(ActionForm):
    """Until when the chosen seats can be accepted, and why; both are kept.

    The day is read by ``day_of``: what does not fit a field of this form is told by Django as an
    action that nobody has chosen.
    """

    ends_on = forms.CharField(
        max_length=32, required=False, label=_("First day (UTC) on which nothing is accepted"),
        widget=forms.DateInput(attrs={"type": "date"}),
    )  # fmt: skip
    because = forms.CharField(
        max_length=255, required=False, label=_("Reason"), help_text=_("Kept with the seats.")
    )

    @staticmethod
    def day_of(typed: str) -> datetime | None:
        """The first moment (UTC) of the day that was typed; ``None`` if it is none."""
        try:
            day = parse_date(typed)
        except ValueError:
            return None
        return None if day is None else datetime.combine(day, time.min, UTC)
