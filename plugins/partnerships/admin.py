"""Django admin: everything to look at, nothing to edit, and the few actions that a person takes.

Terms come from a file (``partnerships_load``); here colleagues record signatures, suspensions, due
diligence and a partner's people, through the same services as everybody else.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from fairgate import clock

from . import api, models, permissions, wording
from .data import Side
from .exceptions import PartnershipsError

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    TabularInline = admin.TabularInline[Any, Any]
else:  # Django's own classes take no type argument when they run
    ModelAdmin, TabularInline = admin.ModelAdmin, admin.TabularInline


class ReadOnlyAdmin(ModelAdmin):
    """Rows to read. They are written by services and never deleted."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyInline(TabularInline):
    """Parts of a row, to read."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ShareInline(ReadOnlyInline):
    """Shares of a version."""

    model = models.VersionShare


class CourseInline(ReadOnlyInline):
    """Courses of a version."""

    model = models.VersionCourse


class RoleInline(ReadOnlyInline):
    """Roles of a version."""

    model = models.VersionRole


class GoalInline(ReadOnlyInline):
    """Goals of a version."""

    model = models.VersionGoal


class SignatureInline(ReadOnlyInline):
    """Signatures of a version."""

    model = models.Signature


class SuspensionInline(ReadOnlyInline):
    """Suspensions of an agreement."""

    model = models.SuspensionRecord


class DueDiligenceInline(ReadOnlyInline):
    """Due diligence of a partner."""

    model = models.DueDiligenceCheck


class ReasonForm(ActionForm):
    """Why an agreement is suspended or resumed."""

    reason = forms.CharField(max_length=500, required=False, label=_("Reason"))


class SignatoryForm(ActionForm):
    """Whose signature is recorded."""

    signatory = forms.CharField(max_length=150, required=False, label=_("Name of the signatory"))


@admin.register(models.Partner)
class PartnerAdmin(ReadOnlyAdmin):
    """Partners."""

    list_display = ("code", "display_name", "kind")
    search_fields = ("code", "legal_name", "display_name")
    inlines = (DueDiligenceInline,)


@admin.register(models.Agreement)
class AgreementAdmin(ReadOnlyAdmin):
    """Agreements; suspending one takes every mark and term of it out of force at once."""

    list_display = ("code", "partner", "standing_now")
    search_fields = ("code", "partner__display_name")
    inlines = (SuspensionInline,)
    action_form = ReasonForm
    actions = ("suspend", "resume")

    @admin.display(description=_("Now"))
    def standing_now(self, agreement: models.Agreement) -> str:
        versions = api.list_versions(at=clock.now(), partner_code=agreement.partner.code)
        mine = [one for one in versions if one.agreement == agreement.code]
        return ", ".join(f"v{one.version}: {wording.standing(one.standing)}" for one in mine)

    def has_suspend_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(permissions.SUSPEND)

    @admin.action(permissions=["suspend"], description=_("Suspend from now on"))
    def suspend(self, request: HttpRequest, queryset: QuerySet[models.Agreement]) -> None:
        self._record(request, queryset, api.suspend)

    @admin.action(permissions=["suspend"], description=_("Resume from now on"))
    def resume(self, request: HttpRequest, queryset: QuerySet[models.Agreement]) -> None:
        self._record(request, queryset, api.resume)

    def _record(
        self,
        request: HttpRequest,
        queryset: QuerySet[models.Agreement],
        record: Callable[..., None],
    ) -> None:
        reason, at = request.POST.get("reason", "").strip(), clock.now()
        if not reason:
            self.message_user(request, _now("Give a reason."), messages.ERROR)
            return
        by = request.user.get_username()
        for agreement in queryset:
            attempt = partial(record, agreement.code, by=by, reason=reason, at=at)
            _attempt(self, request, attempt)


@admin.register(models.AgreementVersion)
class AgreementVersionAdmin(ReadOnlyAdmin):
    """Versions; both sides sign them here once their paper is signed."""

    list_display = ("__str__", "valid_from", "valid_until", "checksum")
    list_select_related = ("agreement",)
    inlines = (ShareInline, CourseInline, RoleInline, GoalInline, SignatureInline)
    action_form = SignatoryForm
    actions = ("sign_for_host", "sign_for_partner")

    def has_sign_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(permissions.SIGN)

    @admin.action(permissions=["sign"], description=_("Record the host’s signature"))
    def sign_for_host(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._sign(request, queryset, Side.HOST)

    @admin.action(permissions=["sign"], description=_("Record the partner’s signature"))
    def sign_for_partner(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._sign(request, queryset, Side.PARTNER)

    def _sign(self, request: HttpRequest, queryset: QuerySet[Any], side: Side) -> None:
        name, at = request.POST.get("signatory", "").strip(), clock.now()
        if not name:
            self.message_user(request, _now("Give the name of the signatory."), messages.ERROR)
            return
        for version in queryset:
            attempt = partial(api.sign, version.uuid, side=side.value, by=name, at=at)
            _attempt(self, request, attempt)


@admin.register(models.DueDiligenceCheck)
class DueDiligenceCheckAdmin(ReadOnlyAdmin):
    """Outcomes; a new one is added, an old one is never changed."""

    list_display = ("partner", "accepted", "expires_on", "recorded_at")
    fields = ("partner", "accepted", "expires_on")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(permissions.RECORD_DUE_DILIGENCE)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        api.record_due_diligence(
            obj.partner.code,
            accepted=obj.accepted,
            expires_on=obj.expires_on,
            by=request.user.get_username(),
            at=clock.now(),
        )
        obj.pk = obj.partner.due_diligence.order_by("-recorded_at", "-id")[0].pk


@admin.register(models.PartnerPerson)
class PartnerPersonAdmin(ModelAdmin):
    """Users who act for a partner: added and removed, not changed."""

    list_display = ("user_id", "partner", "role", "added_at")
    fields = ("user_id", "partner", "role")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        api.add_person(obj.user_id, partner_code=obj.partner.code, role=obj.role, at=clock.now())
        obj.pk = obj.partner.people.get(user_id=obj.user_id).pk

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        api.remove_person(obj.user_id, partner_code=obj.partner.code)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for person in queryset:
            self.delete_model(request, person)


@admin.register(models.BrandAsset)
class BrandAssetAdmin(ReadOnlyAdmin):
    """Pictures of marks, to read; pages of ours send, decide and withdraw them."""

    list_display = ("__str__", "approved", "uploaded_at", "decided_at", "withdrawn_at", "page")
    list_filter = ("approved", "background")
    list_select_related = ("partner",)
    search_fields = ("partner__code", "partner__display_name", "mark__sha256")
    exclude = ("single", "double", "paper")

    @admin.display(description=_("Page"))
    def page(self, picture: models.BrandAsset) -> str:
        try:
            url = reverse("partnerships:picture", args=[picture.partner.code, picture.uuid])
        except NoReverseMatch:  # in Studio, which has no pages of ours
            return ""
        return format_html('<a href="{}">{}</a>', url, _now("Look and decide"))


@admin.register(models.KeptMark)
class KeptMarkAdmin(ReadOnlyAdmin):
    """Pictures that something issued shows for good."""

    list_display = ("asset", "course_key", "kept_at")
    list_select_related = ("asset__partner",)
    search_fields = ("course_key", "asset__partner__code")


def _attempt(page: ModelAdmin, request: HttpRequest, action: Callable[[], Any]) -> None:
    """Do it and say so, or say why not."""
    try:
        action()
    except PartnershipsError as error:
        page.message_user(request, str(error), messages.ERROR)
    else:
        page.message_user(request, _now("Recorded."), messages.SUCCESS)
