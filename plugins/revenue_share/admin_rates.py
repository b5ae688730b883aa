"""Rates of exchange in the admin: files are loaded, what nobody publishes is entered by two."""

from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from fairgate import clock
from fairgate.documents import DocumentError

from . import api, models, permissions
from .admin_base import AskAdmin, AskForm, DecisionForm, each, note_of, user_id
from .data import RateSource
from .models import SOURCE_LABELS
from .rate_files import MAX_BYTES

_PUBLISHED = [
    (source.value, SOURCE_LABELS[source]) for source in (RateSource.UNORE, RateSource.ECB)
]


class RateFileForm(AskForm):
    """A file that was published."""

    published = forms.ChoiceField(label=_("Source"), choices=_PUBLISHED)
    upload = forms.FileField(
        label=_("File"),
        help_text=_("As it was published: the UN’s XML, XLSX or table, the ECB’s XML, CSV or ZIP."),
    )

    class Meta:
        model = models.FxRate
        fields = ()

    def ask(self, told: dict[str, Any]) -> Any:
        upload = told["upload"]
        if upload.size > MAX_BYTES:
            raise ValidationError(_("The file is too large."))
        try:
            return api.load_rates(
                upload.read(),
                source=RateSource(told["published"]),
                file=upload.name,
                by=user_id(self.request),
                at=clock.now(),
            )
        except DocumentError as error:
            raise ValidationError(str(error).splitlines()) from error


@admin.register(models.FxRate)
class FxRateAdmin(AskAdmin):
    """Rates to read; a file of them to load."""

    form = RateFileForm
    permission = permissions.LOAD_RATES
    heading = _("Load a file of rates")
    list_display = ("base", "currency", "rate", "effective_on", "source", "revision", "recorded_at")
    list_filter = ("source", "base")
    search_fields = ("currency",)
    date_hierarchy = "effective_on"

    def save_form(self, request: HttpRequest, form: Any, change: Any) -> Any:
        """Say what came of it, in place of who has to confirm."""
        done = form.done
        self.said = _(  # type: ignore[assignment]
            "New: %(new)s. Known already: %(known)s. Corrected from now on: %(corrected)s."
        ) % {"new": done.new, "known": done.known, "corrected": len(done.corrections)}
        return form.instance


class RateForm(AskForm):
    """A rate that nobody publishes."""

    class Meta:
        model = models.RateProposal
        fields = ("base", "currency", "rate", "effective_on", "reason")

    def ask(self, told: dict[str, Any]) -> Any:
        return api.propose_rate(
            told["base"].strip().upper(),
            told["currency"].strip().upper(),
            told["rate"],
            effective_on=told["effective_on"],
            reason=told["reason"],
            by=user_id(self.request),
            at=clock.now(),
        )


@admin.register(models.RateProposal)
class RateProposalAdmin(AskAdmin):
    """Rates entered by hand; a second person confirms each."""

    form = RateForm
    permission = permissions.PROPOSE_RATE
    heading = _("Enter a rate, for a second person to confirm")
    list_display = (
        "base", "currency", "rate", "effective_on", "reason", "asked_by", "confirmed_by",
        "refused_by",
    )  # fmt: skip
    action_form = DecisionForm
    actions = ("accept", "refuse")

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(permissions.CONFIRM_RATE)

    @admin.action(permissions=["decide"], description=_("Confirm as the second person"))
    def accept(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        """Let them count from now on."""
        each(self, request, rows, partial(api.confirm_rate, by=user_id(request), at=clock.now()))

    @admin.action(permissions=["decide"], description=_("Refuse"))
    def refuse(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        """Let them not count; the reason is kept."""
        step = partial(
            api.refuse_rate, by=user_id(request), because=note_of(request), at=clock.now()
        )
        each(self, request, rows, step)
