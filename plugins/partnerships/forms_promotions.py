"""Forms about promotions: proposing one, deciding about one, withdrawing one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from fairgate_forms.spoken import SpokenForm

from . import rules, wording_marks
from .data import LANGUAGES, Promotion, PromotionPlace, VersionSummary
from .forms_parts import day_field


class ProposalForm(SpokenForm):
    """A text with a link, where it is to show, and when.

    Where is one choice: a course under an agreement, or the list of courses under one. ``key`` is
    drawn with the form: sent twice, it is proposed once.
    """

    key = forms.CharField(max_length=36, widget=forms.HiddenInput, initial=lambda: str(uuid4()))
    where = forms.ChoiceField(label=_("Where it is to show"))
    text = forms.CharField(
        label=_("Text"),
        max_length=rules.LONGEST_PROMOTION,
        help_text=_("One line of at most 200 characters. It is shown as it is typed."),
    )
    language = forms.ChoiceField(
        label=_("Language of the text"),
        choices=[(code, wording_marks.LANGUAGE_NAMES[code]) for code in LANGUAGES],
    )
    url = forms.CharField(
        label=_("Where the text leads"),
        max_length=rules.LONGEST_ADDRESS,
        help_text=_("An address that begins with https://."),
        widget=forms.URLInput(attrs={"dir": "ltr"}),
    )
    first_day = day_field(_("First day (UTC)"))
    last_day = day_field(_("Last day (UTC)"))

    def __init__(self, *args: Any, versions: Sequence[VersionSummary], **more: Any) -> None:
        super().__init__(*args, **more)
        self._places = {
            f"{one.uuid}:{course}": (one, course)
            for one in versions
            for course in (*one.courses, "")
        }
        where: Any = self.fields["where"]
        where.choices = [
            (value, self._label(one, course)) for value, (one, course) in self._places.items()
        ]

    @staticmethod
    def _label(version: VersionSummary, course: str) -> str:
        where = course or str(_("List of courses"))
        return f"{where} ({version.agreement}, {version.version})"

    def version(self) -> VersionSummary:
        """The version that it stands on."""
        return self._places[self.cleaned_data["where"]][0]

    def asked(self) -> Promotion:
        """What is asked for."""
        told, course = self.cleaned_data, self._places[self.cleaned_data["where"]][1]
        return Promotion(
            place=PromotionPlace.COURSE if course else PromotionPlace.CATALOGUE,
            course=course,
            language=told["language"],
            text=told["text"],
            url=told["url"],
            first_day=told["first_day"],
            last_day=told["last_day"],
        )
