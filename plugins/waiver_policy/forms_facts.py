"""What people state about themselves where a policy asks, and what reviewers have seen of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from waiver_policy import conf, wording, wording_facts
from waiver_policy.data import SEEN, AskedFact, FactKind, FactValue
from waiver_policy.exceptions import InvalidFact
from waiver_policy.forms_documents import _BlamingForm, _country_choices
from waiver_policy.rules import stated

COUNTRIES = 5
"""How many countries a page has room for at first."""


def field_name(name: str) -> str:
    """What the control of a fact is called: the name of a fact may be any text."""
    if name.isascii() and name.isidentifier():
        return f"fact_{name}"
    return f"fact_{hashlib.sha256(name.encode()).hexdigest()[:12]}"


class _Countries(forms.MultiWidget):
    """As many lists of countries as there may be countries; each has a name of its own."""

    def __init__(self, number: int) -> None:
        choices = _country_choices()
        super().__init__([
            forms.Select(attrs={"aria-label": _country_number(one + 1)}, choices=choices)
            for one in range(number)
        ])  # fmt: skip

    def decompress(self, value: Any) -> list[Any]:
        return list(value or ())


class _CountriesField(forms.Field):
    """Several countries of the list; the rules say whether they are countries."""

    def __init__(self, number: int, **kwargs: Any) -> None:
        super().__init__(widget=_Countries(number), **kwargs)

    def to_python(self, value: Any) -> list[str]:
        return [code or "" for code in value or ()]


def _country_number(number: int) -> str:
    return gettext("Country %(number)s") % {"number": number}


def _number(**kwargs: Any) -> forms.Field:
    # No field of the type "number": a wheel changes it, and it takes exponents.
    attrs = {"inputmode": "decimal", "autocomplete": "off", "dir": "ltr", "maxlength": 40}
    return forms.CharField(widget=forms.TextInput(attrs=attrs), max_length=40, **kwargs)


def _truth(**kwargs: Any) -> forms.Field:
    choices = [("yes", _("Yes")), ("no", _("No"))]
    return forms.ChoiceField(widget=forms.RadioSelect, choices=choices, **kwargs)


def _choice(asked: AskedFact, **kwargs: Any) -> forms.Field:
    words = (*asked.choices, stated.NONE_OF_THESE)
    choices = [("", "–"), *((one, wording_facts.choice_name(one)) for one in words)]
    return forms.ChoiceField(choices=choices, **kwargs)


def _text(**kwargs: Any) -> forms.Field:
    attrs = {"autocomplete": "off", "dir": "auto"}
    return forms.CharField(
        widget=forms.TextInput(attrs=attrs), max_length=stated.MAX_TEXT, **kwargs
    )


def _day(**kwargs: Any) -> forms.Field:
    return forms.CharField(widget=forms.DateInput(attrs={"type": "date"}), max_length=10, **kwargs)


_HELP: Mapping[FactKind, object] = {
    FactKind.NUMBER: _("Digits only, with a point before decimals: 12000.50"),
    FactKind.DAY: _("A day like 2026-11-24."),
    FactKind.COUNTRIES: _("Each country once; leave the rest empty."),
}


def fact_field(asked: AskedFact, value: FactValue | None) -> forms.Field:
    """A control for a fact, with what is known already."""
    said: dict[str, Any] = {
        "label": wording_facts.fact_label(asked), "help_text": _HELP.get(asked.kind, ""),
        "required": False, "initial": _initial(value),
    }  # fmt: skip
    if asked.kind is FactKind.CHOICE:
        return _choice(asked, **said)
    if asked.kind is FactKind.COUNTRIES:
        known = len(value) if isinstance(value, tuple) else 0
        return _CountriesField(max(COUNTRIES, min(known + 1, stated.MAX_COUNTRIES)), **said)
    plain = {
        FactKind.NUMBER: _number, FactKind.TRUTH: _truth, FactKind.TEXT: _text, FactKind.DAY: _day,
    }  # fmt: skip
    return plain[asked.kind](**said)


def _initial(value: FactValue | None) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | Decimal):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


class _FactForm(_BlamingForm):
    """A form with controls for facts, each read as the rules read it."""

    asked: tuple[AskedFact, ...] = ()

    def read(self) -> dict[str, FactValue | None]:
        """What is said of each fact whose control was sent; a fault stands at its control."""
        countries, read = conf.known_countries(), {}
        for one in self.asked:
            name = field_name(one.name)
            if name not in self.cleaned_data or not self.is_sent(name):
                continue
            try:
                read[one.name] = stated.read_value(
                    self.cleaned_data[name], one, countries=countries
                )
            except InvalidFact as error:
                self.add_error(name, wording_facts.fact_fault(error))
        return read

    def is_sent(self, name: str) -> bool:
        """Whether the browser has sent a control: buttons of which none is chosen are not sent."""
        return not self.fields[name].widget.value_omitted_from_data(self.data, self.files, name)


class FactsForm(_FactForm):
    """What a learner is asked, with what they have said; an emptied control takes it back."""

    def __init__(
        self,
        *args: Any,
        asked: Iterable[AskedFact],
        known: Mapping[str, FactValue | None],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.asked = tuple(asked)
        for one in self.asked:
            self.fields[field_name(one.name)] = fact_field(one, known.get(one.name))
        _describe(self)

    def clean(self) -> dict[str, Any]:
        told = super().clean() or self.cleaned_data
        self.said = self.read()
        if (
            not self.errors
            and all(value is None for value in self.said.values())
            and not any(field.initial for field in self.fields.values())
        ):
            raise forms.ValidationError(_("Please answer at least one of the questions."))
        return told

    def controls(self) -> list[dict[str, Any]]:
        """The controls in turn, each with its name for the next time."""
        return [{"field": self[field_name(one.name)], "asked": one} for one in self.asked]


class SeenFactForm(_FactForm):
    """One fact that a reviewer has seen in a document, or been told by an institution."""

    kind = forms.ChoiceField(label=_("How you know it"), widget=forms.RadioSelect)
    valid_until = forms.DateField(
        label=_("First day on which this is no longer valid"),
        help_text=_("Leave it empty if it has no end."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    note = forms.CharField(
        label=_("Note for other reviewers"),
        help_text=_("What you saw, in a few words; no numbers of papers or accounts."),
        required=False,
        max_length=255,
    )

    def __init__(
        self, *args: Any, asked: AskedFact, value: FactValue | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.asked = (asked,)
        self.fact = field_name(asked.name)
        self.fields[self.fact] = fact_field(asked, value)
        self.order_fields([self.fact, "kind", "valid_until", "note"])
        kinds = [(one.value, wording.evidence_kind(one)) for one in SEEN]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
        _describe(self)

    def clean(self) -> dict[str, Any]:
        told = super().clean() or self.cleaned_data
        self.value = self.read().get(self.asked[0].name)
        return told

    def controls(self) -> list[dict[str, Any]]:
        """The control of the fact, as the learner has it."""
        return [{"field": self[self.fact], "asked": self.asked[0]}]


def _describe(form: _FactForm) -> None:
    """Tie controls that were made late to the policy's words and to our own help.

    Buttons are described by what is around them.
    """
    for one in form.asked:
        name = field_name(one.name)
        field = form.fields[name]
        ids = [f"id_{name}_about"] if one.help else []
        ids += [f"id_{name}_helptext"] if field.help_text else []
        if ids and not isinstance(field.widget, forms.RadioSelect):
            field.widget.attrs["aria-describedby"] = " ".join(ids)
