"""Days and texts of several lines, as forms of partners' pages take them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fairgate.readable import is_readable


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
