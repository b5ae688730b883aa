"""What every form of a partner's pages does for who does not see it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fairgate.readable import is_readable


class SpokenForm(forms.Form):
    """Ties a control to its help and its faults. The page leads to the faults from its top."""

    def full_clean(self) -> None:
        super().full_clean()
        for name in self.fields:
            self._tie(name)

    def blame(self, name: str, sentence: str) -> None:
        """Tie a fault to a control that was found after the form was read."""
        self.add_error(name, sentence)
        self._tie(name)

    def faults(self) -> list[tuple[str, str, str]]:
        """Id and label of each control with a fault, and what is wrong with it."""
        return [
            (self[name].id_for_label or self[name].auto_id, str(self[name].label), str(error))
            for name in self.fields
            for error in self.errors.get(name, ())
        ]

    def _tie(self, name: str) -> None:
        field, control = self.fields[name], f"id_{name}"
        described = [f"{control}_error"] if name in self.errors else []
        if field.help_text:
            described.append(f"{control}_helptext")
        if described:
            field.widget.attrs["aria-describedby"] = " ".join(described)
        if name in self.errors:
            field.widget.attrs["aria-invalid"] = "true"


def check_readable(text: str) -> None:
    """A validator of texts that may have several lines.

    Raises:
        ValidationError: there are signs in it that nobody sees.
    """
    if not is_readable(text, allowed="\r\n"):
        raise forms.ValidationError(_("There are control characters in the text."))


def day_field(label: Any) -> forms.DateField:
    """A UTC day, as browsers send one."""
    return forms.DateField(
        label=label,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        input_formats=["%Y-%m-%d"],
        error_messages={
            "required": _("Please say on which day."),
            "invalid": _("Please give a day like 2026-11-23."),
        },
    )
