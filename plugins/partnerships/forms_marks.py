"""Forms about pictures of marks: sending one, deciding about one, withdrawing one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fairgate.languages import Language
from fairgate.readable import is_readable, turns_writing
from fairgate_forms.spoken import SpokenForm

from . import rules, wording_marks
from .data import LANGUAGES, Background
from .forms_parts import check_readable
from .models import BACKGROUND_LABELS

_SEEN, _USE = "seen_", "use_"


class PictureForm(SpokenForm):
    """A picture with its texts. The view sees to it that the file stays in memory.

    The texts come before the file in the page, and a file that is too long does not cost them.
    """

    background = forms.ChoiceField(
        label=_("On which background is it to be seen?"),
        widget=forms.RadioSelect,
        choices=[(one.value, label) for one, label in BACKGROUND_LABELS.items()],
        error_messages={"required": _("Please say for which background the picture is.")},
    )
    file = forms.FileField(
        label=_("The file"),
        allow_empty_file=True,
        error_messages={"required": _("Please choose a file.")},
        help_text=_("If you are told that something is wrong, please choose the file once more."),
        widget=forms.FileInput(attrs={"accept": ".svg,.png,image/svg+xml,image/png"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code in LANGUAGES:
            name = wording_marks.LANGUAGE_NAMES[code]
            spoken = {"lang": code, "dir": Language(tag=code).direction}
            self.fields[_SEEN + code] = forms.CharField(
                label=name,
                required=False,
                max_length=rules.LONGEST_ALTERNATIVE,
                widget=forms.TextInput(attrs=spoken),
            )
            self.fields[_USE + code] = forms.CharField(
                label=name,
                required=False,
                max_length=rules.LONGEST_RULES,
                widget=forms.Textarea(attrs={"rows": 3, **spoken}),
                error_messages={
                    "max_length": _(
                        "Rules for its use stand with the mark wherever it shows, so they have at "
                        "most %(limit_value)d characters; these have %(show_value)d."
                    )
                },
            )
        texts = [prefix + code for prefix in (_SEEN, _USE) for code in LANGUAGES]
        self.order_fields(["background", *texts, "file"])

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        for name in (prefix + code for prefix in (_SEEN, _USE) for code in LANGUAGES):
            # Browsers end a line of a text with two signs, and a text of one line has none.
            allowed = "\r\n" if name.startswith(_USE) else ""
            text = told.get(name, "")
            if not is_readable(text, allowed=allowed) or turns_writing(text):
                self.add_error(name, _("There are control characters in the text."))
        is_told = any(self.data.get(_SEEN + code, "").strip() for code in LANGUAGES)
        if not is_told:
            self.add_error(_SEEN + LANGUAGES[0], _("Say in at least one language what is seen."))
        return told

    def seen_fields(self) -> list[forms.BoundField]:
        """What is seen, by language."""
        return [self[_SEEN + code] for code in LANGUAGES]

    def use_fields(self) -> list[forms.BoundField]:
        """Rules of use, by language."""
        return [self[_USE + code] for code in LANGUAGES]

    def has_use(self) -> bool:
        """Whether something was typed there, so that it has to be seen."""
        return any(self.data.get(_USE + code) for code in LANGUAGES)

    def alternatives(self) -> dict[str, str]:
        """What was said of what is seen, by language."""
        return {code: self.cleaned_data[_SEEN + code] for code in LANGUAGES}

    def usage_rules(self) -> dict[str, str]:
        """What was said of its use, by language."""
        return {code: self.cleaned_data[_USE + code] for code in LANGUAGES}

    def for_background(self) -> Background:
        """For which background."""
        return Background(self.cleaned_data["background"])


def _sentence(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=rules.LONGEST_SENTENCE,
        widget=forms.Textarea(attrs={"rows": 3}),
        validators=[check_readable],
        error_messages={"required": _("Say why, in a sentence.")},
    )


class DecisionForm(SpokenForm):
    """Approval or refusal; a refusal says why. Which button was pressed is ``decision``."""

    APPROVE, REFUSE = "approve", "refuse"

    decision = forms.ChoiceField(choices=[(APPROVE, ""), (REFUSE, "")], widget=forms.HiddenInput)
    sentence = _sentence(_("To the partner, in a sentence"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sentence"].required = self.data.get("decision") == self.REFUSE
        self.fields["sentence"].help_text = _("Needed if you refuse. It is kept.")


class WithdrawalForm(SpokenForm):
    """Why a picture is withdrawn."""

    reason = _sentence(_("Why it is withdrawn, in a sentence"))
