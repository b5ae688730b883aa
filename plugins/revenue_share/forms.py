"""Forms of the admin: what is proposed to be moved, and why something is decided."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib.admin.helpers import ActionForm
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fairgate import clock
from fairgate.money import Money, MoneyError

from . import api
from .exceptions import RevenueShareError
from .wording_refusals import in_words

#: How what is not allocated is written among the parties.
NOBODY = "-"


class BecauseForm(ActionForm):
    """Why something is refused; it is kept with it."""

    because = forms.CharField(max_length=255, required=False, label=gettext_lazy("Reason"))


class AdjustmentForm(forms.ModelForm):  # type: ignore[type-arg]
    """What is to be moved: a party and an amount a line."""

    amounts = forms.CharField(
        label=gettext_lazy("Who gets what"),
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy(
            "A line for each: a party’s code and an amount, below zero for who gives, like "
            "GSMA -12.00. A hyphen stands for what is not allocated. All lines together are zero."
        ),
    )

    class Meta:
        fields = ("period", "currency", "reason")
        help_texts: ClassVar[dict[str, Any]] = {
            "period": gettext_lazy("An open month that has begun, like 2026-10."),
            "currency": gettext_lazy("A code like USD."),
            "reason": gettext_lazy("It is kept, and whoever confirms this reads it."),
        }

    def clean(self) -> dict[str, Any]:
        """The lines as amounts by party, in ``amounts``."""
        cleaned: dict[str, Any] = super().clean() or {}
        amounts: dict[str, Money] = {}
        for line in str(cleaned.get("amounts", "")).splitlines():
            if line.strip():
                self._read(line, str(cleaned.get("currency", "")), amounts)
        cleaned["amounts"] = amounts
        if not self.errors:
            self._check(cleaned)
        return cleaned

    def _check(self, cleaned: dict[str, Any]) -> None:
        try:
            api.check_adjustment(
                cleaned["amounts"],
                reason=cleaned["reason"],
                period=cleaned["period"],
                at=clock.now(),
            )
        except RevenueShareError as refused:
            self.add_error(None, in_words(refused))

    def _read(self, line: str, currency: str, amounts: dict[str, Money]) -> None:
        code, _blank, amount = line.strip().partition(" ")
        party = "" if code == NOBODY else code
        if party in amounts:
            self.add_error("amounts", _("“%(code)s” is there twice.") % {"code": code})
            return
        try:
            amounts[party] = Money(amount.strip(), currency)
        except MoneyError as error:
            self.add_error("amounts", f"{line.strip()}: {error}")
