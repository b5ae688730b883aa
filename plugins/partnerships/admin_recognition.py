"""Django admin of recognition: one person proposes tiers and awards, another confirms them."""

from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from fairgate import clock
from fairgate.money import Money

from . import api, models, permissions
from . import wording_recognition as wording
from .admin_base import ReadOnlyAdmin, ReadOnlyInline, ServiceForm, each, note_of, user_id
from .admin_promises import DecisionForm, RecordAdmin


class ProposalForm(ServiceForm):
    """Something to propose."""

    def write(self, told: dict[str, Any]) -> Any:
        proposed = self.propose(told, by=user_id(self.request))
        return self._meta.model._default_manager.get(uuid=proposed.uuid)

    def propose(self, told: dict[str, Any], *, by: int) -> Any:
        """Do it; a summary of what is kept."""
        raise NotImplementedError


class SchemeForm(ProposalForm):
    """Tiers, as the text that README.md describes."""

    text = forms.CharField(
        label=_("Tiers (fairgate-tiers/1)"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 24, "cols": 90, "dir": "ltr"}),
    )

    class Meta:
        model = models.RecognitionScheme
        fields = ("reason",)

    def propose(self, told: dict[str, Any], *, by: int) -> Any:
        return api.propose_scheme(told["text"], reason=told["reason"], by=by, at=clock.now())


class AwardForm(ProposalForm):
    """An award to compute: whose, from which days, and for how long."""

    class Meta:
        model = models.RecognitionAward
        fields = ("partner", "since", "until", "valid_from", "valid_until", "reason")

    def propose(self, told: dict[str, Any], *, by: int) -> Any:
        days = {name: told[name] for name in ("since", "until", "valid_from", "valid_until")}
        code, reason = told["partner"].code, told["reason"]
        return api.propose_award(code, **days, reason=reason, by=by, at=clock.now())


class TierInline(ReadOnlyInline):
    """Tiers of a scheme."""

    model = models.RecognitionTier


class RevocationInline(ReadOnlyInline):
    """Why an award counts no more."""

    model = models.AwardRevocation


@admin.register(models.RecognitionScheme)
class RecognitionSchemeAdmin(RecordAdmin):
    """Schemes of tiers: one person proposes, another confirms; none is ever changed."""

    permission = permissions.PROPOSE_SCHEME
    form = SchemeForm
    list_display = ("__str__", "valid_until", "state_now", "asked_by", "confirmed_by")
    inlines = (TierInline,)
    hidden = ("id", "live_from")
    action_form = DecisionForm
    actions = ("confirm", "refuse")

    @admin.display(description=_("Now"))
    def state_now(self, row: models.RecognitionScheme) -> str:
        return str(wording.SCHEME_STATES[api.scheme(row.uuid, at=clock.now()).state])

    def has_confirm_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(permissions.CONFIRM_SCHEME)

    @admin.action(permissions=["confirm"], description=_("Confirm as the second person"))
    def confirm(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        step = partial(api.confirm_scheme, by=user_id(request), at=clock.now())
        each(self, request, queryset, step)

    @admin.action(permissions=["confirm"], description=_("Refuse"))
    def refuse(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        by, because = user_id(request), note_of(request)
        step = partial(api.refuse_scheme, because=because, by=by, at=clock.now())
        each(self, request, queryset, step)


@admin.register(models.RecognitionAward)
class RecognitionAwardAdmin(RecordAdmin):
    """Awards: computed and proposed by one person, granted by another, revoked with a reason."""

    permission = permissions.PROPOSE_AWARD
    form = AwardForm
    list_display = ("partner", "tier", "worth", "valid_from", "valid_until", "state_now")
    list_select_related = ("partner", "tier__scheme")
    search_fields = ("partner__code", "partner__display_name", "checksum")
    inlines = (RevocationInline,)
    hidden = ("id", "is_live")
    action_form = DecisionForm
    actions = ("confirm", "refuse", "revoke")

    @admin.display(description=_("Worth"))
    def worth(self, row: models.RecognitionAward) -> str:
        return str(Money.from_minor(row.worth_minor, row.tier.scheme.currency))

    @admin.display(description=_("Now"))
    def state_now(self, row: models.RecognitionAward) -> str:
        return str(wording.AWARD_STATES[api.award(row.uuid, at=clock.now()).state])

    def has_confirm_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(permissions.CONFIRM_AWARD)

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(permissions.REVOKE_AWARD)

    @admin.action(permissions=["confirm"], description=_("Grant as the second person"))
    def confirm(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        step = partial(api.confirm_award, by=user_id(request), at=clock.now())
        each(self, request, queryset, step)

    @admin.action(permissions=["confirm"], description=_("Refuse"))
    def refuse(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        by, because = user_id(request), note_of(request)
        step = partial(api.refuse_award, because=because, by=by, at=clock.now())
        each(self, request, queryset, step)

    @admin.action(permissions=["revoke"], description=_("Revoke from now on"))
    def revoke(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        by, reason = user_id(request), note_of(request)
        step = partial(api.revoke_award, reason=reason, by=by, at=clock.now())
        each(self, request, queryset, step)


@admin.register(models.AwardRevocation)
class AwardRevocationAdmin(ReadOnlyAdmin):
    """Revocations, to read."""

    list_display = ("award", "revoked_at", "revoked_by", "reason")
    list_select_related = ("award__partner", "award__tier")
