"""Django admin: everything to look at, nothing to edit, and the few actions that a person takes.

Terms come from a file (``partnerships_load``); here colleagues record signatures, suspensions and a
partner's people, through the same services as everybody else.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from fairgate import clock

from . import (
    admin_promises,  # noqa: F401 - importing registers
    admin_recognition,  # noqa: F401 - importing registers
    admin_renaming,  # noqa: F401 - importing registers
    admin_vetting,  # noqa: F401 - importing registers
    api,
    models,
    permissions,
    wording,
)
from .admin_base import (
    ReadOnlyAdmin,
    ReadOnlyInline,
    ServiceForm,
    WritesByService,
    attempt,
    each,
    note_of,
    user_id,
)
from .data import Side


class ShareInline(ReadOnlyInline):
    """Shares of a version."""

    model = models.VersionShare


class RecoupmentInline(ReadOnlyInline):
    """What comes before the shares of a version."""

    model = models.VersionRecoupment


class CourseInline(ReadOnlyInline):
    """Courses of a version."""

    model = models.VersionCourse


class RoleInline(ReadOnlyInline):
    """Roles of a version."""

    model = models.VersionRole


class GoalInline(ReadOnlyInline):
    """Goals of a version."""

    model = models.VersionGoal


class ObligationInline(ReadOnlyInline):
    """Obligations of a version."""

    model = models.VersionObligation


class ContributionInline(ReadOnlyInline):
    """Contributions to a version."""

    model = models.VersionContribution


class OutcomeInline(ReadOnlyInline):
    """Expected outcomes of a version."""

    model = models.VersionOutcome


class EndInline(ReadOnlyInline):
    """Who asked for an early end, and what came of it."""

    model = models.EndRecord
    fk_name = "version"
    exclude = ("live_key",)


class ReviewInline(ReadOnlyInline):
    """Who submitted, approved or returned a text."""

    model = models.ReviewRound
    exclude = ("live_key",)


class SignatureInline(ReadOnlyInline):
    """Signatures of a version."""

    model = models.Signature


class SuspensionInline(ReadOnlyInline):
    """Suspensions of an agreement."""

    model = models.SuspensionRecord


class ResumeInline(ReadOnlyInline):
    """Who asked that an agreement resumes, and what came of it."""

    model = models.ResumeRequest
    exclude = ("live_key",)


class DueDiligenceInline(ReadOnlyInline):
    """Due diligence of a partner."""

    model = models.DueDiligenceCheck


class DiligenceProposalInline(ReadOnlyInline):
    """Due diligence of a partner as one person said it, and what another did about it."""

    model = models.DueDiligenceProposal
    exclude = ("live_key",)


class ChangeInline(ReadOnlyInline):
    """What a partner was called, and who let it be called otherwise."""

    model = models.PartnerChange
    exclude = ("live_key",)


class ReasonForm(ActionForm):
    """Why an agreement is suspended, resumes, or does not resume."""

    reason = forms.CharField(max_length=500, required=False, label=_("Reason"))


class VersionForm(ActionForm):
    """Whose signature is recorded; what to say with a text that is submitted or returned."""

    note = forms.CharField(max_length=255, required=False, label=_("Note or reason"))
    signatory = forms.CharField(max_length=150, required=False, label=_("Name of the signatory"))


@admin.register(models.Partner)
class PartnerAdmin(ReadOnlyAdmin):
    """Partners."""

    list_display = ("code", "display_name", "kind")
    search_fields = ("code", "legal_name", "display_name")
    inlines = (ChangeInline, DueDiligenceInline, DiligenceProposalInline)


@admin.register(models.Agreement)
class AgreementAdmin(ReadOnlyAdmin):
    """Agreements; suspending one takes every mark and term of it out of force at once."""

    list_display = ("code", "partner", "standing_now")
    search_fields = ("code", "partner__display_name")
    inlines = (SuspensionInline, ResumeInline)
    action_form = ReasonForm
    actions = ("suspend", "ask_resume", "confirm_resume", "refuse_resume")

    @admin.display(description=_("Now"))
    def standing_now(self, agreement: models.Agreement) -> str:
        versions = api.list_versions(at=clock.now(), partner_code=agreement.partner.code)
        mine = [one for one in versions if one.agreement == agreement.code]
        return ", ".join(f"v{one.version}: {wording.standing(one.standing)}" for one in mine)

    def has_suspend_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(permissions.SUSPEND)

    def has_confirm_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(permissions.CONFIRM_RESUME)

    @admin.action(permissions=["suspend"], description=_("Suspend from now on"))
    def suspend(self, request: HttpRequest, queryset: QuerySet[models.Agreement]) -> None:
        by = request.user.get_username()
        self._with_reason(request, queryset, partial(api.suspend, by=by), name="reason")

    @admin.action(permissions=["suspend"], description=_("Ask that it resumes"))
    def ask_resume(self, request: HttpRequest, queryset: QuerySet[models.Agreement]) -> None:
        step = partial(api.ask_resume, by=user_id(request))
        self._with_reason(request, queryset, step, name="reason")

    @admin.action(
        permissions=["confirm"], description=_("Let it resume from now on, as the second person")
    )
    def confirm_resume(self, request: HttpRequest, queryset: QuerySet[models.Agreement]) -> None:
        for agreement in queryset:
            step = partial(api.confirm_resume, by=user_id(request), at=clock.now())
            attempt(self, request, partial(step, agreement.code))

    @admin.action(permissions=["confirm"], description=_("Leave it suspended"))
    def refuse_resume(self, request: HttpRequest, queryset: QuerySet[models.Agreement]) -> None:
        step = partial(api.refuse_resume, by=user_id(request))
        self._with_reason(request, queryset, step, name="because")

    def _with_reason(
        self,
        request: HttpRequest,
        queryset: QuerySet[models.Agreement],
        step: Callable[..., None],
        *,
        name: str,
    ) -> None:
        reason, at = request.POST.get("reason", "").strip(), clock.now()
        if not reason:
            self.message_user(request, gettext("Give a reason."), messages.ERROR)
            return
        for agreement in queryset:
            attempt(self, request, partial(step, agreement.code, at=at, **{name: reason}))


@admin.register(models.AgreementVersion)
class AgreementVersionAdmin(ReadOnlyAdmin):
    """Versions: submitted, approved by a second person, and signed once their paper is."""

    list_display = ("__str__", "valid_from", "valid_until", "standing_now", "checksum")
    list_select_related = ("agreement",)
    search_fields = ("agreement__code", "agreement__partner__display_name", "checksum")
    readonly_fields = ("standing_now", "obstacles_now", "late_now", "changed")
    inlines = (
        ShareInline,
        RecoupmentInline,
        CourseInline,
        RoleInline,
        GoalInline,
        ObligationInline,
        ContributionInline,
        OutcomeInline,
        ReviewInline,
        SignatureInline,
        EndInline,
    )
    action_form = VersionForm
    actions = ("submit", "approve", "return_to_draft", "sign_for_host", "sign_for_partner")

    @admin.display(description=_("Now"))
    def standing_now(self, version: models.AgreementVersion) -> str:
        return wording.standing(api.version(version.uuid, at=clock.now()).standing)

    @admin.display(description=_("Why it is not in force"))
    def obstacles_now(self, version: models.AgreementVersion) -> str:
        found = api.version(version.uuid, at=clock.now()).obstacles
        return " ".join(wording.obstacle(one) for one in found) or "–"

    @admin.display(description=_("Late"))
    def late_now(self, version: models.AgreementVersion) -> str:
        found = wording.late(api.promises(version.uuid, at=clock.now()))
        return format_html_join("", "{}<br>", ((one,) for one in found)) or "–"

    @admin.display(description=_("What it changed"))
    def changed(self, version: models.AgreementVersion) -> str:
        rows = ((one.field, one.before, one.after) for one in api.changes(version.uuid))
        table = format_html_join("", "<tr><th>{}</th><td>{}</td><td>{}</td></tr>", rows)
        return format_html("<table>{}</table>", table) if table else "–"

    def has_submit_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(permissions.SUBMIT)

    def has_approve_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(permissions.APPROVE)

    @admin.action(permissions=["submit"], description=_("Submit for approval"))
    def submit(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        step = partial(api.submit, by=user_id(request), note=note_of(request), at=clock.now())
        each(self, request, queryset, step)

    @admin.action(permissions=["approve"], description=_("Approve as the second person"))
    def approve(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        step = partial(api.approve, by=user_id(request), at=clock.now())
        each(self, request, queryset, step)

    @admin.action(permissions=["approve"], description=_("Return to draft"))
    def return_to_draft(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        by, because = user_id(request), note_of(request)
        step = partial(api.return_to_draft, by=by, because=because, at=clock.now())
        each(self, request, queryset, step)

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
            self.message_user(request, gettext("Give the name of the signatory."), messages.ERROR)
            return
        recorded_by = request.user.get_username()
        step = partial(api.sign, side=side.value, by=name, at=at, recorded_by=recorded_by)
        each(self, request, queryset, step)


@admin.register(models.Reminder)
class ReminderAdmin(ReadOnlyAdmin):
    """What somebody was reminded of."""

    list_display = ("subject", "partner", "created_at", "sent_at", "dropped_at", "tries")
    list_filter = ("subject",)
    search_fields = ("key", "partner__code")


class PersonForm(ServiceForm):
    """Who acts for a partner."""

    def write(self, told: dict[str, Any]) -> Any:
        partner: models.Partner = told["partner"]
        api.add_person(
            told["user_id"],
            partner_code=partner.code,
            role=told["role"],
            by=user_id(self.request),
            at=clock.now(),
        )
        return partner.people.get(user_id=told["user_id"])


class ContactForm(ServiceForm):
    """A person whom we write to."""

    def write(self, told: dict[str, Any]) -> Any:
        partner: models.Partner = told["partner"]
        said = {name: value for name, value in told.items() if name != "partner"}
        added = api.add_contact(partner.code, **said, by=user_id(self.request), at=clock.now())
        return partner.contacts.get(uuid=added)


class SignatoryAdmin(WritesByService):
    """People of partners: added and removed, not changed."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(models.PartnerPerson)
class PartnerPersonAdmin(SignatoryAdmin):
    """Users who act for a partner."""

    form = PersonForm
    list_display = ("user_id", "partner", "role", "added_at")
    fields = ("user_id", "partner", "role")

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
        return format_html('<a href="{}">{}</a>', url, gettext("Look and decide"))


@admin.register(models.IssuedMarks)
class IssuedMarksAdmin(ReadOnlyAdmin):
    """What a certificate bears, to read: found by the number that stands on it, or by its course.

    There is no user to find one by: only the platform knows whose a certificate is.
    """

    list_display = ("certificate", "course_key", "issued_at", "partners")
    date_hierarchy = "issued_at"
    search_fields = ("=certificate", "=course_key")
    search_help_text = _("The whole number of a certificate, or the whole key of a course run")
    fields = ("certificate", "course_key", "issued_at", "what_it_bears")
    readonly_fields = ("what_it_bears",)
    # There may be as many as there are certificates, and counting them takes a while.
    show_full_result_count = False

    @admin.display(description=_("Partners"))
    def partners(self, row: models.IssuedMarks) -> str:
        return ", ".join(mark["name"] for mark in row.marks) or "–"

    @admin.display(description=_("What it bears"))
    def what_it_bears(self, row: models.IssuedMarks) -> str:
        lines = (
            (
                mark["name"],
                mark["role_label"],
                f"{mark['agreement']} v{mark['version']}",
                mark["statement"],
                (mark["picture"] or {}).get("usage_rules", ""),
                (mark["picture"] or {}).get("sha256", ""),
            )
            for mark in row.marks
        )
        cells = "<tr><th>{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>"
        table = format_html_join("", cells, lines)
        return format_html("<table>{}</table>", table) if table else "–"


@admin.register(models.Promotion)
class PromotionAdmin(ReadOnlyAdmin):
    """Promotions, to read; pages of ours propose, decide and withdraw them."""

    list_display = ("text", "version", "place", "approved", "first_day", "last_day", "page")
    list_filter = ("approved", "place")
    list_select_related = ("version__agreement__partner",)
    search_fields = ("text", "url", "version__agreement__code")

    @admin.display(description=_("Page"))
    def page(self, promotion: models.Promotion) -> str:
        partner = promotion.version.agreement.partner.code
        try:
            url = reverse("partnerships:promotion", args=[partner, promotion.uuid])
        except NoReverseMatch:  # in Studio, which has no pages of ours
            return ""
        return format_html('<a href="{}">{}</a>', url, gettext("Look and decide"))


@admin.register(models.KeptMark)
class KeptMarkAdmin(ReadOnlyAdmin):
    """Pictures that something issued shows for good."""

    list_display = ("asset", "course_key", "kept_at")
    list_select_related = ("asset__partner",)
    search_fields = ("course_key", "asset__partner__code")


@admin.register(models.PartnerContact)
class PartnerContactAdmin(SignatoryAdmin):
    """Whom we write to at a partner."""

    form = ContactForm
    list_display = ("name", "partner", "role", "email", "language")
    list_filter = ("role",)
    search_fields = ("name", "email", "partner__code", "partner__display_name")
    fields = ("partner", "role", "name", "email", "language", "user_id")

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        api.remove_contact(obj.uuid)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for contact in queryset:
            self.delete_model(request, contact)
