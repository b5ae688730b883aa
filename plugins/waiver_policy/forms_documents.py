"""What people send with an application: documents, and countries beside that of the profile."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from waiver_policy import conf, wording
from waiver_policy.data import SEEN, DocumentKind, EvidenceBasis
from waiver_policy.forms import _SpokenForm

DECLARABLE = (
    EvidenceBasis.NATIONALITY,
    EvidenceBasis.RESIDENCE,
    EvidenceBasis.AFFILIATION,
    EvidenceBasis.BILLING_ADDRESS,
    EvidenceBasis.HQ,
    EvidenceBasis.FUNDER,
)


class _BlamingForm(_SpokenForm):
    """A form that is told of a fault after it was read, by who tried to keep what it says."""

    def blame(self, name: str, sentence: str) -> None:
        """Tie a fault to its control, and lead to it, as to one that the form found by itself."""
        self.errors.pop(name, None)
        self.add_error(name, sentence)
        attrs = self.fields[name].widget.attrs
        described = f"id_{name}_error", attrs.get("aria-describedby", "")
        attrs |= {
            "aria-describedby": " ".join(dict.fromkeys(filter(None, described))),
            "aria-invalid": "true",
            "autofocus": True,
        }


class UploadForm(_BlamingForm):
    """One document. ``minor``: whether the sender is under age, ``None`` if nobody knows.

    The file itself is read by the view, which never lets it touch a disk in clear.
    """

    ADULT, MINOR = "adult", "minor"

    kind = forms.ChoiceField(label=_("What it is"))
    age = forms.ChoiceField(
        label=_("How old are you?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Please say how old you are.")},
    )
    guardian = forms.BooleanField(
        label=_("My parent or guardian agrees that I send this document."),
        required=False,
    )
    file = forms.FileField(
        label=_("The file"),
        error_messages={"required": _("Please choose a file.")},
        allow_empty_file=True,
        widget=forms.FileInput(
            attrs={"accept": ".pdf,.jpg,.jpeg,.png,.webp", "aria-describedby": "id_file_helptext"}
        ),
    )

    def __init__(self, *args: Any, minor: bool | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.minor = minor
        choices = [("", _("Please choose")), *wording.kinds_for(minor=minor)]
        self.fields["kind"].choices = choices  # type: ignore[attr-defined]
        age = conf.adult_age()
        if minor is None:
            self.fields["age"].choices = [  # type: ignore[attr-defined]
                (self.ADULT, _("%(age)s years or older") % {"age": age}),
                (self.MINOR, _("Younger than %(age)s") % {"age": age}),
            ]
        else:
            del self.fields["age"]
        if minor is False:
            del self.fields["guardian"]

    def document_kind(self) -> DocumentKind:
        """What the sender says it is."""
        return DocumentKind(self.cleaned_data["kind"])

    def says_minor(self) -> bool | None:
        """What the sender says about their age, where they were asked."""
        return self.cleaned_data["age"] == self.MINOR if "age" in self.fields else self.minor


def _country_choices() -> list[tuple[str, str]]:
    named = [(code, conf.country_name(code)) for code in conf.known_countries()]
    return [("", "–"), *sorted(named, key=lambda pair: pair[1])]


class CountryForm(_BlamingForm):
    """A country that a learner declares; a second one for who has two nationalities."""

    basis = forms.ChoiceField(label=_("What you declare"))
    country = forms.ChoiceField(label=_("Country"))
    second = forms.ChoiceField(
        label=_("A second country, if there is one"),
        help_text=_("For a second nationality, or a second place of work or study."),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bases = [(one.value, wording.basis_name(one)) for one in DECLARABLE]
        self.fields["basis"].choices = bases  # type: ignore[attr-defined]
        for name in ("country", "second"):
            self.fields[name].choices = _country_choices()  # type: ignore[attr-defined]
        self.fields["country"].error_messages["required"] = _("Please choose a country.")

    def countries(self) -> list[str]:
        """What was chosen."""
        chosen = (self.cleaned_data["country"], self.cleaned_data["second"])
        return [code for code in chosen if code]


class SeenForm(CountryForm):
    """A country that a reviewer has seen in a document, or been told by an institution."""

    kind = forms.ChoiceField(label=_("How you know it"), widget=forms.RadioSelect)
    valid_until = forms.DateField(
        label=_("First day on which the document is no longer valid"),
        help_text=_("Leave it empty if it has no end."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    note = forms.CharField(
        label=_("Note for other reviewers"),
        help_text=_("Which document you saw, in a few words; no passport numbers."),
        required=False,
        max_length=255,
    )

    field_order = ("basis", "country", "second", "kind", "valid_until", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["basis"].label = _("What it shows")
        self.fields["second"].help_text = ""
        kinds = [(one.value, wording.evidence_kind(one)) for one in SEEN]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
