"""What people write on the pages."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from fairgate.documents import MAX_BYTES, DocumentError, decode
from fairgate.money import Money, MoneyError
from fairgate.percent import Percent
from fairgate.readable import is_readable
from fairgate.whole_numbers import whole_number
from waiver_policy import conf, models
from waiver_policy.api import MAX_TEXT
from waiver_policy.data import ApplicationState, Award, QueueFilter, RefusalCode
from waiver_policy.exceptions import CallFault, CallInUse, InvalidCredit
from waiver_policy.models import ManualCredit
from waiver_policy.selectors import policies
from waiver_policy.sentences import ITEMS, KINDS, REFUSALS, call_fault
from waiver_policy.services.manual_credits import check_proposal
from waiver_policy.services.nominated import check_new_terms


class _SpokenForm(forms.Form):
    """Ties a control to its help and its faults, and leads to the first fault.

    Django before 5.2 does not do it by itself. Radio buttons are described by their fieldset.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if field.help_text:
                field.widget.attrs["aria-describedby"] = f"id_{name}_helptext"

    def full_clean(self) -> None:
        super().full_clean()
        wrong = [name for name in self.fields if name in self.errors]
        for name in wrong:
            field = self.fields[name]
            if isinstance(field.widget, forms.RadioSelect):
                continue
            described = [f"id_{name}_error", field.widget.attrs.get("aria-describedby", "")]
            field.widget.attrs["aria-describedby"] = " ".join(filter(None, described))
            field.widget.attrs["aria-invalid"] = "true"
            if name == wrong[0]:
                field.widget.attrs["autofocus"] = True


def _area() -> forms.Textarea:
    return forms.Textarea(attrs={"rows": 6})


TRUTH_VERSION = "2026-11"
"""The version of the statement in ``ApplyForm.truth``; whoever changes its meaning changes this."""

_TRUTH = _("What I say is true, and I have not been given this fee by somebody else.")
_BLANK = ("", "")


class ApplyForm(_SpokenForm):
    """A learner's words, where they work, and that it is true.

    ``token`` is made with the empty form: a form that is sent twice is one application.
    """

    note = forms.CharField(
        label=_("Why do you ask for a waiver?"),
        help_text=_("Say what the reviewer should know. Do not send identity papers here."),
        widget=_area(),
        max_length=MAX_TEXT,
        error_messages={"required": _("Please say why you ask for a waiver.")},
    )
    organisation = forms.CharField(
        label=_("Your organisation, if you have one"),
        help_text=_("Nobody of your own organisation decides about you."),
        max_length=200,
        required=False,
    )
    domain = forms.CharField(
        label=_("What stands after the @ in its e-mail addresses"),
        help_text=_("For example: ministry.example. Leave it empty if you do not know."),
        max_length=253,
        required=False,
    )
    truth = forms.BooleanField(
        label=_TRUTH,
        error_messages={"required": _("Please confirm that what you say is true.")},
    )
    token = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    def clean_organisation(self) -> str:
        return _one_line(self.cleaned_data["organisation"])

    def clean_domain(self) -> str:
        return _one_line(self.cleaned_data["domain"])


def _one_line(text: str) -> str:
    if not is_readable(text):
        raise forms.ValidationError(_("Please use letters, digits and signs only."))
    return text


class AcceptForm(_SpokenForm):
    """That a nominee accepts, and that what is said about them is true."""

    truth = forms.BooleanField(
        label=_("I accept the nomination. What my administration says about me is true, and I have "
                "not been given this fee by somebody else."),
        error_messages={"required": _("Please confirm that what is said is true.")},
    )  # fmt: skip


class AnswerForm(_SpokenForm):
    """A learner's answer to what a reviewer asked."""

    text = forms.CharField(
        label=_("Your answer"),
        help_text=_("Do not send identity papers here."),
        widget=_area(),
        max_length=MAX_TEXT,
        error_messages={"required": _("Please write an answer.")},
    )


class AppealForm(_SpokenForm):
    """Why a learner thinks that a refusal is wrong."""

    text = forms.CharField(
        label=_("Why is the decision wrong?"),
        help_text=_("Another person reads this. You can appeal once. Do not send identity papers "
                    "here."),
        widget=_area(),
        max_length=MAX_TEXT,
        error_messages={"required": _("Please say why the decision is wrong.")},
    )  # fmt: skip


def _codes() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("Reason for a refusal"),
        help_text=_("Needed to refuse. The learner reads it."),
        choices=[_BLANK, *REFUSALS.items()],
        required=False,
    )


class _WordsForm(_SpokenForm):
    """What every verdict needs: words, and for a refusal a reason of the fixed list."""

    APPROVE, REFUSE, ASK, SEND_BACK = "approve", "refuse", "ask", "send_back"

    code = _codes()
    reason = forms.CharField(
        label=_("What the learner reads"),
        help_text=_("The reason for your decision, or what you want to know."),
        widget=_area(),
        max_length=MAX_TEXT,
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        told = super().clean() or self.cleaned_data
        verdict, code = told.get("verdict"), told.get("code")
        if verdict == self.REFUSE and not code:
            self.add_error("code", _("Please choose a reason of the list."))
        needs_words = verdict in (self.APPROVE, self.ASK) and self.needs_words(told)
        needs_words = needs_words or (verdict == self.REFUSE and code == RefusalCode.OTHER)
        if needs_words and not (told.get("reason") or "").strip():
            self.add_error("reason", _("Please write what the learner reads."))
        return told

    def needs_words(self, _told: dict[str, Any]) -> bool:
        """Whether an approval or a question has to have words."""
        return True


class ReviewForm(_WordsForm):
    """A reviewer's decision or question, in words that the learner reads.

    ``read`` is how many messages stood on the page. About what somebody has proposed, a second
    person confirms or not, and the words are those of the first.
    """

    verdict = forms.ChoiceField(
        label=_("Decision"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose what becomes of the application.")},
    )
    percent = forms.DecimalField(
        label=_("Percentage of the fee that is waived"),
        help_text=_("To approve, say this or the price below."),
        min_value=Decimal("0.01"),
        max_value=Decimal(100),
        decimal_places=2,
        required=False,
    )
    price = forms.CharField(
        label=_("Price that is left to pay"),
        help_text=_("Instead of a percentage. With its currency, like 50.00 USD."),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"dir": "ltr"}),
    )
    read = forms.IntegerField(min_value=0, widget=forms.HiddenInput, required=False)
    field_order = ("verdict", "percent", "price", "code", "reason", "read")

    def __init__(self, *args: Any, state: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_second = state == ApplicationState.PROPOSED
        choices = [(self.APPROVE, _("Approve")), (self.REFUSE, _("Refuse"))]
        if self.is_second:
            choices[0] = (self.APPROVE, _("Confirm"))
            choices.insert(1, (self.SEND_BACK, _("Send back, for somebody to look again")))
            del self.fields["percent"], self.fields["price"]
        elif state != ApplicationState.MORE_INFORMATION:
            choices.append((self.ASK, _("Ask the learner for more")))
        self.fields["verdict"].choices = choices  # type: ignore[attr-defined]

    def needs_words(self, _told: dict[str, Any]) -> bool:
        return not self.is_second

    def clean_price(self) -> Money | None:
        """The price as an amount, if one was given."""
        amount, _space, currency = self.cleaned_data["price"].strip().partition(" ")
        if not amount:
            return None
        try:
            return Money(amount, currency.strip().upper())
        except MoneyError:
            said = _("Write an amount and its currency, like 50.00 USD.")
            raise forms.ValidationError(said) from None

    def clean(self) -> dict[str, Any]:
        told = super().clean()
        if told.get("percent") is not None and told.get("price") is not None:
            self.add_error("price", _("Say a percentage or a price, not both."))
        return told

    def chosen_award(self) -> Award | None:
        """The percentage or the price, if one was given."""
        percent, price = self.cleaned_data.get("percent"), self.cleaned_data.get("price")
        return Percent(percent) if percent is not None else price


class BulkForm(_WordsForm):
    """The same verdict about several applications of the queue.

    ``chosen`` are values like ``uuid:2``: which one, and how many messages stood in the queue.
    """

    chosen = forms.MultipleChoiceField(
        error_messages={"required": _("Please choose at least one application.")}
    )
    verdict = forms.ChoiceField(
        label=_("What is done with the chosen ones"),
        choices=[
            (_WordsForm.APPROVE, _("Approve what the rule proposes")),
            (_WordsForm.REFUSE, _("Refuse")),
            (_WordsForm.ASK, _("Ask the learner for more")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose what becomes of the applications.")},
    )
    field_order = ("chosen", "verdict", "code", "reason")

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        told = data.getlist("chosen") if data is not None else []
        self.fields["chosen"].choices = [(one, one) for one in told if _is_chosen(one)]  # type: ignore[attr-defined]

    def applications(self) -> list[tuple[UUID, int]]:
        """Which ones, and how many messages of each were read."""
        pairs = (one.split(":") for one in self.cleaned_data["chosen"])
        return [(UUID(uuid), int(read)) for uuid, read in pairs]


def _is_chosen(value: str) -> bool:
    uuid, _colon, read = value.partition(":")
    try:
        UUID(uuid)
    except ValueError:
        return False
    return whole_number(read, digits=5) is not None


class QueueForm(forms.Form):
    """Which applications a reviewer wants to see. What is not understood asks for nothing."""

    state = forms.ChoiceField(label=_("State"), required=False)
    offering = forms.ChoiceField(label=_("Offering"), required=False)
    country = forms.ChoiceField(label=_("Country"), required=False)
    rule = forms.ChoiceField(label=_("Rule"), required=False)
    whose = forms.ChoiceField(
        label=_("Read by"),
        choices=[_BLANK, ("mine", _("me")), ("nobody", _("nobody"))],
        required=False,
    )
    deadline = forms.ChoiceField(
        label=_("Deadline"),
        choices=[_BLANK, ("overdue", _("has passed")), ("soon", _("is near"))],
        required=False,
    )
    older = forms.IntegerField(
        label=_("At least so many days old"), min_value=0, max_value=9999, required=False
    )

    def __init__(
        self, *args: Any, choices: dict[str, list[tuple[str, str]]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, found in choices.items():
            self.fields[name].choices = [_BLANK, *found]  # type: ignore[attr-defined]


def wanted_of(query: Any) -> QueueFilter:
    """What a reviewer asks for in an address; what is not understood asks for nothing."""
    return QueueFilter(
        state=query.get("state", "")[:20],
        offering_code=query.get("offering", "")[:100],
        country=query.get("country", "")[:2],
        rule=query.get("rule", "")[:100],
        whose=query.get("whose", "")[:10],
        deadline=query.get("deadline", "")[:10],
        older_than=whole_number(query.get("older", ""), digits=4),
    )


class NominateForm(_SpokenForm):
    """Whom an administration names, for what, and in which order."""

    person = forms.CharField(
        label=_("The person’s user name or e-mail address on this site"), max_length=254,
        error_messages={"required": _("Please say who is nominated.")},
    )  # fmt: skip
    kind = forms.ChoiceField(
        label=_("Kind"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose a full or a partial nomination.")},
    )
    rank = forms.IntegerField(
        label=_("Rank"),
        help_text=_("1 is your first choice. Whom you rank higher is decided first."),
        min_value=1,
        max_value=99,
    )
    instead_of = forms.ChoiceField(
        label=_("In place of"),
        help_text=_("Leave it empty to nominate one more."),
        required=False,
    )

    def __init__(
        self, *args: Any, items: tuple[str, ...], replaceable: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        partial = [(f"partial:{item}", _partial(item)) for item in items]
        self.fields["kind"].choices = [("full:", KINDS["full"]), *partial]  # type: ignore[attr-defined]
        self.fields["instead_of"].choices = [_BLANK, *replaceable]  # type: ignore[attr-defined]

    def kind_and_item(self) -> tuple[str, str]:
        """What it is for."""
        kind, _colon, item = self.cleaned_data["kind"].partition(":")
        return kind, item


def _partial(item: str) -> str:
    return gettext("%(kind)s: %(item)s") % {
        "kind": KINDS["partial"],
        "item": ITEMS.get(item, item),
    }


# What operators write in the admin.


class ReviewerOrganisationForm(forms.ModelForm):  # type: ignore[type-arg]  # Django 4.2
    """Where a reviewer works: a name, a domain, or both."""

    class Meta:
        model = models.ReviewerOrganisation
        fields = ("user_id", "name", "domain")
        help_texts = {
            "domain": _("Not the domain of a public mail provider: everybody who uses it would "
                        "count as of the same organisation."),
        }  # fmt: skip

    def clean(self) -> dict[str, Any]:
        told = super().clean() or self.cleaned_data
        if not (told.get("name") or told.get("domain")):
            raise forms.ValidationError(_("Give a name, a domain, or both."))
        return told


def _country(code: str) -> str:
    """A country code that the site knows, in upper case."""
    plain = code.strip().upper()
    if plain not in conf.known_countries():
        raise forms.ValidationError(
            _("“%(code)s” is not the code of a country."), params={"code": code}
        )
    return plain


class FocalPointForm(forms.ModelForm):  # type: ignore[type-arg]
    """Who nominates for which State."""

    class Meta:
        model = models.AdministrationFocalPoint
        fields = ("user_id", "country", "administration", "is_active")

    def clean_country(self) -> str:
        return _country(self.cleaned_data["country"])


class NominationCallForm(forms.ModelForm):  # type: ignore[type-arg]
    """What administrations can nominate for: under a policy of nominations, until a deadline."""

    class Meta:
        model = models.NominationCall
        fields = (
            "offering_code", "policy_version", "opens_at", "closes_at", "event_on", "countries",
        )  # fmt: skip
        help_texts = {
            "countries": _('Codes of countries, like ["LA", "NP"]. Empty: every State.'),
            "closes_at": _("The first moment that is too late (UTC)."),
        }

    def clean_countries(self) -> list[str]:
        told = self.cleaned_data["countries"] or []
        if not isinstance(told, list) or not all(isinstance(one, str) for one in told):
            raise forms.ValidationError(_('A list of codes is needed, like ["LA", "NP"].'))
        return sorted({_country(one) for one in told})

    def clean_policy_version(self) -> models.PolicyVersion:
        version: models.PolicyVersion = self.cleaned_data["policy_version"]
        terms = policies.terms(version)
        if not terms.is_nomination or terms.of_state is None:
            said = _("This policy says nothing of nominations by a State (unit, caps).")
            raise forms.ValidationError(said)
        return version

    def clean(self) -> dict[str, Any]:
        told = super().clean() or self.cleaned_data
        opens, closes = told.get("opens_at"), told.get("closes_at")
        if opens and closes and closes <= opens:
            self.add_error("closes_at", _("A call closes after it has opened."))
        version = told.get("policy_version")
        if version and closes and not policies.terms(version).takes_until(closes):
            self.add_error("closes_at", _("The policy’s own deadline is earlier."))
        self._check_what_counts(version, told.get("event_on"))
        return told

    def _check_what_counts(
        self, version: models.PolicyVersion | None, event_on: date | None
    ) -> None:
        """What is nominated goes on counting where it does. The admin saves under this lock."""
        if self.instance.pk is None or version is None or event_on is None:
            return
        try:
            check_new_terms(self.instance.pk, version=version, event_on=event_on)
        except CallInUse as error:
            field = "event_on" if error.fault is CallFault.OTHER_YEAR else "policy_version"
            self.add_error(field, call_fault(error.fault))


class ProposeForm(_SpokenForm):
    """A file of country lists, and where it comes from."""

    file = forms.FileField(
        label=_("CSV file"),
        help_text=_("UTF-8, separated by commas, at most 5 MB."),
        error_messages={"empty": _("The file is empty.")},
    )
    source = forms.CharField(label=_("Publication or address that it comes from"), max_length=500)
    document_symbol = forms.CharField(
        label=_("Document symbol"), max_length=100, required=False,
        help_text=_("For example A/RES/76/8."),
    )  # fmt: skip
    published_on = forms.DateField(
        label=_("Published on"), required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
    )  # fmt: skip
    version = forms.CharField(
        label=_("The publisher's name of this version"), max_length=40, required=False,
        help_text=_("For example WB-2020-07; a policy may ask for a version by it."),
    )  # fmt: skip
    allow_removals = forms.BooleanField(
        label=_("Countries may vanish from a list without an end"), required=False
    )

    def clean_file(self) -> tuple[str, str]:
        """The name and the text of the file."""
        return _read(self.cleaned_data["file"])


def _read(upload: Any) -> tuple[str, str]:
    """The name and the text of an uploaded file.

    Raises:
        django.forms.ValidationError: it is too large, or no text.
    """
    if (upload.size or 0) > MAX_BYTES:
        raise forms.ValidationError(_("The file is larger than 5 MB."))
    name = str(upload.name)
    try:
        return name, decode(upload.read(), file=name)
    except DocumentError as error:
        raise forms.ValidationError(str(error)) from None


class LoadPolicyForm(_SpokenForm):
    """A policy document: as a file, or pasted."""

    file = forms.FileField(
        label=_("YAML file"), help_text=_("UTF-8, at most 5 MB."), required=False,
        error_messages={"empty": _("The file is empty.")},
    )  # fmt: skip
    text = forms.CharField(
        label=_("Or the text of the document"), required=False, strip=False,
        widget=forms.Textarea(attrs={"rows": 20, "dir": "ltr", "spellcheck": "false"}),
    )  # fmt: skip

    def clean_file(self) -> tuple[str, str] | None:
        """The name and the text of the file, if there is one."""
        upload = self.cleaned_data["file"]
        return _read(upload) if upload else None

    def clean(self) -> dict[str, Any]:
        """One of the two."""
        told = super().clean() or self.cleaned_data
        if "file" not in self.errors and bool(told.get("file")) == bool(told["text"].strip()):
            self.add_error("file", _("Choose a file, or paste the text; one of the two."))
        return told

    def document(self) -> tuple[str, str]:
        """What errors call the document, and its text."""
        pasted: str = self.cleaned_data["text"]
        return self.cleaned_data["file"] or (gettext("pasted text"), pasted.replace("\r\n", "\n"))

    def place(self) -> str:
        """The field that the document came in."""
        return "file" if self.cleaned_data["file"] else "text"


class RejectForm(_SpokenForm):
    """Why a proposal becomes no edition."""

    reason = forms.CharField(
        label=_("Why it is rejected"), max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip


class ConfirmForm(_SpokenForm):
    """What somebody has looked at before they confirm."""

    note = forms.CharField(
        label=_("What you have looked at"), max_length=500,
        help_text=_("For example the symbol of a resolution, or a page and its date."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip


class ManualCreditForm(forms.ModelForm):  # type: ignore[type-arg]
    """Money that one person proposes for a fund."""

    amount_text = forms.CharField(
        label=_("Amount"),
        max_length=30,
        help_text=_("Like 250.00; negative for a correction downwards."),
    )

    class Meta:
        """What the person says; the rest is noted by the service."""

        model = ManualCredit
        fields = ("currency", "kind", "reason", "effective_on")

    def clean(self) -> dict[str, Any]:
        """The amount in its currency, as the books of a fund take it."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        try:
            amount = Money(data.get("amount_text", "").strip(), data.get("currency", "").upper())
            check_proposal(amount, kind=data.get("kind", ""), reason=data.get("reason", ""))
        except (MoneyError, InvalidCredit) as error:
            raise forms.ValidationError(str(error)) from None
        data["amount"], self.instance.minor = amount, amount.minor
        return data
