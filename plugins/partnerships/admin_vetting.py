"""Django admin of due diligence: a refusal is recorded, an acceptance proposed and confirmed."""

from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from fairgate import clock

from . import api, models, permissions
from .admin_base import each, note_of, user_id
from .admin_promises import DecisionForm, RecordAdmin
from .exceptions import PartnershipsError
from .wording_refusals import in_words

_FIELDS = ("partner", "expires_on", "notes", "evidence")


class OutcomeForm(forms.ModelForm):  # type: ignore[type-arg]
    """An outcome to record. The service is asked while the form is checked: it says why not."""

    request: HttpRequest
    accepted: bool

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if not self.errors:
            self.recorded = self._record(**told)
        return told

    def _record(self, partner: models.Partner, **told: Any) -> Any:
        by = self.request.user.get_username()
        rows = self._meta.model._default_manager.filter(partner=partner).order_by("-id")
        last = rows.first()
        try:
            api.record_due_diligence(
                partner.code, accepted=self.accepted, **told, by=by, at=clock.now()
            )
        except PartnershipsError as error:
            raise ValidationError(in_words(error)) from error
        found = rows.first()
        if found == last:
            raise ValidationError(gettext("This is what was said last; it is not recorded twice."))
        return found

    def _post_clean(self) -> None:
        """The row is there by now; the service has checked it, and the database has."""


class RefusalForm(OutcomeForm):
    """That a partner has not passed."""

    accepted = False

    class Meta:
        model = models.DueDiligenceCheck
        fields = _FIELDS


class AcceptanceForm(OutcomeForm):
    """That a partner has passed, for a second person to confirm."""

    accepted = True

    class Meta:
        model = models.DueDiligenceProposal
        fields = _FIELDS


class OutcomeAdmin(RecordAdmin):
    """Outcomes: added, and never changed."""

    permission = permissions.RECORD_DUE_DILIGENCE

    def save_form(self, request: HttpRequest, form: Any, change: Any) -> Any:
        return form.recorded


@admin.register(models.DueDiligenceCheck)
class DueDiligenceCheckAdmin(OutcomeAdmin):
    """Outcomes that count. What is added here is a refusal, which counts at once."""

    form = RefusalForm
    list_display = ("partner", "accepted", "expires_on", "recorded_at")


@admin.register(models.DueDiligenceProposal)
class DueDiligenceProposalAdmin(OutcomeAdmin):
    """Acceptances: one person proposes, another of the host confirms."""

    form = AcceptanceForm
    list_display = ("partner", "expires_on", "asked_by", "asked_at", "confirmed_by", "refused_by")
    list_select_related = ("partner",)
    action_form = DecisionForm
    actions = ("confirm", "refuse")

    def has_confirm_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(permissions.CONFIRM_DUE_DILIGENCE)

    @admin.action(permissions=["confirm"], description=_("Confirm as the second person"))
    def confirm(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        step = partial(api.confirm_due_diligence, by=user_id(request), at=clock.now())
        each(self, request, queryset, step)

    @admin.action(permissions=["confirm"], description=_("Refuse"))
    def refuse(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        by, because = user_id(request), note_of(request)
        step = partial(api.refuse_due_diligence, because=because, by=by, at=clock.now())
        each(self, request, queryset, step)
