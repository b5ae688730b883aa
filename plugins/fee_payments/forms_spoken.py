"""What every form of our own pages does for who does not see it."""

from __future__ import annotations

from django import forms


class SpokenForm(forms.Form):
    """Ties a control to its help and its faults, and leads to the first fault.

    The page gives the help the id of the control and ``_helptext``, the faults ``_error``.
    """

    def full_clean(self) -> None:
        super().full_clean()
        wrong = [name for name in self.fields if name in self.errors]
        for name, field in self.fields.items():
            control = self[name].auto_id
            described = f"{control}_helptext" if field.help_text else ""
            if name in wrong:
                described = f"{control}_error {described}".strip()
                field.widget.attrs["aria-invalid"] = "true"
                if name == wrong[0]:
                    field.widget.attrs["autofocus"] = True
            if described:
                field.widget.attrs["aria-describedby"] = described
