"""What every form of our own pages does for who does not see it."""

from __future__ import annotations

from django import forms


class SpokenForm(forms.Form):
    """Ties a control to its help and its faults.

    The page gives the help the id of the control and ``_helptext``, the faults ``_error``, and
    leads to the faults from its top.
    """

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
        field, control = self.fields[name], self[name].auto_id
        described = [f"{control}_error"] if name in self.errors else []
        if field.help_text:
            described.append(f"{control}_helptext")
        if described:
            field.widget.attrs["aria-describedby"] = " ".join(described)
        if name in self.errors:
            field.widget.attrs["aria-invalid"] = "true"


class FocusedForm(SpokenForm):
    """The same for a page that does not lead to its faults: the browser goes to the first one."""

    def full_clean(self) -> None:
        super().full_clean()
        wrong = next((name for name in self.fields if name in self.errors), None)
        if wrong is not None:
            self.fields[wrong].widget.attrs["autofocus"] = True
