"""The operator's view. Evidence is read only: it is loaded as files and decided by services."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from fairgate import clock
from fairgate.documents import DocumentError
from fairgate.money import Money
from fairgate.percent import Percent
from waiver_policy import (
    admin_lists,  # noqa: F401 - importing registers
    api,
    models,
    permissions,
)
from waiver_policy.admin_base import EMPTY, InWords, ReadOnlyAdmin, add_faults
from waiver_policy.data import Answer, Comparison
from waiver_policy.exceptions import WaiverError
from waiver_policy.forms import (
    FocalPointForm,
    LoadPolicyForm,
    ManualCreditForm,
    NominationCallForm,
    ReviewerOrganisationForm,
)
from waiver_policy.selectors.operators import usernames
from waiver_policy.sentences import (
    ITEMS,
    KINDS,
    REFUSALS,
    award_in_words,
    in_a_row,
    nomination_state,
    outcome_name,
    state_name,
    step_name,
)
from waiver_policy.wording import (
    basis_name,
    document_kind,
    document_type,
    evidence_kind,
    grant_state,
    lock_end,
    message_kind,
    movement,
    policy_state,
)

# How far back a comparison looks before somebody says how far.
AT_FIRST = timedelta(days=90)


def _percent(basis_points: int) -> str:
    return str(Percent.from_basis_points(basis_points))


def _award(name: str, title: Any) -> Callable[[Any, Any], str]:
    """A column of what is granted: a percentage or a price."""

    @admin.display(description=title)
    def shown(_admin: Any, row: Any) -> str:
        return award_in_words(getattr(row, name)) or EMPTY

    return shown


def _reduction(kept: Any) -> str:
    return str(Percent(kept["percent"]))


def _refusal(code: str) -> str:
    return str(REFUSALS.get(code, code))


def _staff(user_id: int) -> str:
    """Who works for the site is called by name; who is gone, by number."""
    return usernames([user_id]).get(user_id, str(user_id))


@admin.register(models.PolicyVersion)
class PolicyVersionAdmin(ReadOnlyAdmin):
    """Policy documents and their lives: loaded, what a version would change, that it decides."""

    list_display = [
        "slug", "version", "state", "title", "author", "created_at", "activated_at",
        "activated_by", "retired_at", "retired_by",
    ]  # fmt: skip
    list_filter = ["state", "slug"]
    words = {"state": policy_state}
    fields = [
        "slug", "version", "title", "state", "document", "sha256", "author", "created_at",
        "activated_at", "activated_by", "retired_at", "retired_by",
    ]  # fmt: skip
    readonly_fields = ["document"]
    change_form_template = "admin/waiver_policy/policyversion/change_form.html"

    @admin.display(description=_("document"))
    def document(self, version: models.PolicyVersion) -> SafeString:
        """The text as it is: what is indented means something."""
        return format_html('<pre dir="ltr" class="policy-document">{}</pre>', version.text)

    def get_urls(self) -> list[Any]:
        compare = self.admin_site.admin_view(self.compare)
        name = "waiver_policy_policyversion_compare"
        return [path("<int:pk>/compare/", compare, name=name), *super().get_urls()]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(permissions.LOAD_POLICY))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) or self.has_add_permission(request)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The form that takes a document, and what is wrong with it."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = LoadPolicyForm(*(request.POST, request.FILES) if request.method == "POST" else ())
        if form.is_valid():
            done = self._load(request, form)
            if done is not None:
                return done
        context = {
            **self.admin_site.each_context(request),
            "title": _("Load a policy document"), "form": form, "opts": self.opts,
        }  # fmt: skip
        return render(request, "admin/waiver_policy/policyversion/load.html", context)

    def _load(self, request: HttpRequest, form: LoadPolicyForm) -> HttpResponse | None:
        """To what the first new version would change; ``None`` when the form says what is wrong."""
        name, text = form.document()
        by = request.user.get_username()[:150]
        try:
            found = api.load_policy(text, file=name, by=by, at=clock.now())
        except DocumentError as error:
            add_faults(form, form.place(), error)
            return None
        for policy in found:
            said = _("Loaded as a draft, which decides nothing yet: %(version)s.")
            if not policy.is_new:
                said = _("Known already, so no version was made: %(version)s.")
            tell = messages.success if policy.is_new else messages.info
            tell(request, said % {"version": f"{policy.slug} v{policy.version}"})
        first = next((policy for policy in found if policy.is_new), found[0])
        pk = models.PolicyVersion.objects.values_list("pk", flat=True).get(uuid=first.uuid)
        return redirect("admin:waiver_policy_policyversion_compare", pk)

    def compare(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What this version would have answered; and, for who may, that it decides from now on."""
        version = self.get_object(request, str(pk))
        if version is None:
            raise Http404
        if not self.has_view_permission(request, version):
            raise PermissionDenied
        if request.method == "POST":
            return self._act(request, version)
        since, fault = _since(request.GET.get("since"))
        found = None
        if not fault:
            found = api.compare_policy(version.slug, version=version.version, since=since)
        may = permissions.may_activate(request.user)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("What would change"),
            "version": version,
            "since": since,
            "fault": fault,
            "found": found,
            "moves": _moves(found) if found else [],
            "effects": _effects(found) if found else [],
            "applications": _linked(found) if found else [],
            "may_activate": may and version.state == models.PolicyVersion.DRAFT,
            "may_retire": may and version.state == models.PolicyVersion.ACTIVE,
        }
        return render(request, "admin/waiver_policy/policyversion/compare.html", context)

    def _act(self, request: HttpRequest, version: models.PolicyVersion) -> HttpResponse:
        if not permissions.may_activate(request.user):
            raise PermissionDenied
        by, at = request.user.get_username()[:150], clock.now()
        try:
            if "retire" in request.POST:
                api.retire_policy(version.slug, by=by, at=at)
                said = _("The policy %(version)s is retired. Until a version is activated it gives "
                         "nobody a waiver.")  # fmt: skip
            else:
                api.activate_policy(version.slug, by=by, at=at, version=version.version)
                said = _("The policy %(version)s decides from now on.")
        except WaiverError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, said % {"version": version})
        return redirect("admin:waiver_policy_policyversion_compare", version.pk)


def _since(text: str | None) -> tuple[date | None, str]:
    """The day that was asked for, or what is wrong with it; ``None`` is all there is.

    Who asked for none gets a quarter of a year, so that the page is there soon.
    """
    if text is None:
        return clock.utc_day(clock.now()) - AT_FIRST, ""
    try:
        return (date.fromisoformat(text) if text else None), ""
    except ValueError:
        return None, _("“%(text)s” is not a date.") % {"text": text}


def _moves(found: Comparison) -> list[dict[str, object]]:
    """The counts, what would change first."""
    rows = [
        {"then": _answer(then), "now": _answer(now), "count": count, "is_change": then != now}
        for (then, now), count in found.moves.items()
    ]
    return sorted(rows, key=lambda row: (not row["is_change"], str(row["then"]), str(row["now"])))


def _answer(answer: Answer) -> str:
    """An answer in words; a number of nothing says no more than the outcome does."""
    said = outcome_name(answer.outcome)
    if not answer.percent.basis_points:
        return said
    return in_a_row([said, str(answer.percent).replace(" ", "\N{NO-BREAK SPACE}")])


def _effects(found: Comparison) -> list[str]:
    """What it would have cost the fund, where that is known."""
    return [
        (
            _("The fund would have paid %(amount)s less.")
            if amount.minor < 0
            else _("The fund would have paid %(amount)s more.")
        )
        % {"amount": Money.from_minor(abs(amount.minor), amount.currency)}
        for amount in found.fund_effect
    ]


def _linked(found: Comparison) -> list[dict[str, str]]:
    rows = models.WaiverApplication.objects.filter(uuid__in=found.applications).order_by("pk")
    view = "admin:waiver_policy_waiverapplication_change"
    return [{"uuid": str(row.uuid), "url": reverse(view, args=[row.pk])} for row in rows]


@admin.register(models.WaiverDecision)
class WaiverDecisionAdmin(ReadOnlyAdmin):
    """Decisions that were acted on. What is about the person is shown by no page of the admin."""

    list_display = ["uuid", "offering_code", "outcome", "rule", "policy", "version", "decided_on"]
    list_filter = ["outcome", "policy", "rule"]
    words = {
        "outcome": outcome_name,
        "reduction": _reduction,
        "editions": in_a_row,
        "codes": in_a_row,
    }
    search_fields = ["uuid", "offering_code"]


@admin.register(models.PriceLock)
class PriceLockAdmin(ReadOnlyAdmin):
    """Prices that are kept for somebody, and how that ended."""

    exclude = ["country"]
    list_display = ["uuid", "offering_code", "until", "ended_at", "end_reason"]
    list_filter = ["end_reason"]
    words = {"end_reason": lock_end}
    search_fields = ["uuid", "offering_code"]


@admin.register(models.WaiverGrant)
class WaiverGrantAdmin(ReadOnlyAdmin):
    """Grants and their states."""

    list_display = ["uuid", "offering_code", "state", "cost", "granted_at", "expires_on"]
    list_filter = ["state", "currency"]
    search_fields = ["uuid", "offering_code"]
    words = {"state": grant_state, "percent_bp": _percent}
    titles = {"percent_bp": _("waived")}

    @admin.display(description=_("held for the seat"), empty_value="–")
    def cost(self, grant: models.WaiverGrant) -> str | None:
        """An amount with its currency; a seat may cost no fund anything."""
        return _amount(grant.cost_minor, grant.currency) if grant.currency else None


@admin.register(models.WaiverFund)
class WaiverFundAdmin(ReadOnlyAdmin):
    """What each fund has and owes, and how long it lasts."""

    list_display = ["currency", "available", "reserved", "committed", "shortfall", "waiting",
                    "runway"]  # fmt: skip

    @admin.display(description=_("available"))
    def available(self, fund: models.WaiverFund) -> str:
        return _amount(fund.available_minor, fund.currency)

    @admin.display(description=_("held for open orders"))
    def reserved(self, fund: models.WaiverFund) -> str:
        return _amount(fund.reserved_minor, fund.currency)

    @admin.display(description=_("paid for seats"))
    def committed(self, fund: models.WaiverFund) -> str:
        return _amount(fund.committed_minor, fund.currency)

    @admin.display(description=_("shortfall"))
    def shortfall(self, fund: models.WaiverFund) -> str:
        return _amount(fund.shortfall_minor, fund.currency)

    @admin.display(description=_("months that it lasts"), empty_value="–")
    def runway(self, fund: models.WaiverFund) -> str | None:
        months = api.runway(fund.currency, at=clock.now()).months
        # Rounded down: a fund never lasts longer than is said.
        return number_format(math.floor(months * 10) / 10, 1) if months is not None else None


@admin.register(models.FundEntry)
class FundEntryAdmin(ReadOnlyAdmin):
    """Movements of the fund."""

    list_display = ["at", "effective_on", "fund", "kind", "amount", "reason", "key"]
    list_filter = ["kind", "fund"]
    words = {"kind": movement}
    list_select_related = ["fund"]

    @admin.display(description=_("amount"))
    def amount(self, entry: models.FundEntry) -> str:
        return _amount(entry.minor, entry.fund_id)


@admin.register(models.ManualCredit)
class ManualCreditAdmin(ReadOnlyAdmin):
    """Credits and corrections by hand: adding one proposes it, another person confirms it."""

    form = ManualCreditForm
    list_display = ["proposed_at", "kind", "amount", "effective_on", "state", "reason",
                    "proposed_by", "decided_by"]  # fmt: skip
    words = {"proposed_by": _staff, "decided_by": _staff}
    list_filter = ["state", "kind", "currency"]
    actions = ["confirm", "reject"]

    @admin.display(description=_("amount"))
    def amount(self, credit: models.ManualCredit) -> str:
        return _amount(credit.minor, credit.currency)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(permissions.PROPOSE_CREDIT))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        mine = (permissions.PROPOSE_CREDIT, permissions.CONFIRM_CREDIT)
        return super().has_view_permission(request, obj) or any(map(request.user.has_perm, mine))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return super().has_module_permission(request) or self.has_view_permission(request)

    def has_confirm_permission(self, request: HttpRequest) -> bool:
        """Whether the actions are offered at all; the service asks again for each credit."""
        return bool(request.user.has_perm(permissions.CONFIRM_CREDIT))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ["amount_text", "currency", "kind", "reason", "effective_on"]
        return ["kind", "amount", "reason", "effective_on", "state", "proposed_by_in_words",
                "proposed_at", "decided_by_in_words", "decided_at"]  # fmt: skip

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        """Propose it, through the same door as everybody."""
        proposed = api.propose_credit(
            form.cleaned_data["amount"],
            kind=obj.kind,
            reason=obj.reason,
            by=int(request.user.pk or 0),
            at=clock.now(),
            effective_on=obj.effective_on,
        )
        obj.pk = models.ManualCredit.objects.get(uuid=proposed.uuid).pk

    @admin.action(description=_("Confirm what somebody else has proposed"), permissions=["confirm"])
    def confirm(self, request: HttpRequest, chosen: Any) -> None:
        """Book each chosen proposal."""
        self._decide(request, chosen, api.confirm_credit)

    @admin.action(description=_("Reject"), permissions=["confirm"])
    def reject(self, request: HttpRequest, chosen: Any) -> None:
        """Close each chosen proposal without booking it."""
        self._decide(request, chosen, api.reject_credit)

    def _decide(self, request: HttpRequest, chosen: Any, act: Callable[..., object]) -> None:
        for uuid in list(chosen.values_list("uuid", flat=True)):
            try:
                act(uuid, by=int(request.user.pk or 0), at=clock.now())
            except WaiverError as refused:
                messages.error(request, str(refused))
            else:
                messages.success(request, gettext("Done: %(credit)s.") % {"credit": uuid})


@admin.register(models.WaitingPlace)
class WaitingPlaceAdmin(ReadOnlyAdmin):
    """Who waits for a waiver, in the order in which they are served."""

    list_display = ["uuid", "offering_code", "state", "currency", "waits_for", "rank",
                    "requested_at"]  # fmt: skip
    list_filter = ["state", "currency"]
    search_fields = ["uuid", "offering_code"]


@admin.register(models.QuotaSubject)
class QuotaSubjectAdmin(ReadOnlyAdmin):
    """What is used of each limit."""

    list_display = ["subject", "used", "waiting"]
    search_fields = ["subject"]


def _amount(minor: int, currency: str) -> str:
    return str(Money.from_minor(minor, currency))


class ReadOnlyInline(InWords, admin.TabularInline):  # type: ignore[type-arg]
    """Shows rows that belong to another; adds, changes and deletes none."""

    can_delete = False
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ApplicationMessageInline(ReadOnlyInline):
    """What was asked and answered; written on the pages of the reviewer and the learner."""

    model = models.ApplicationMessage
    fields = ("number", "kind", "text", "by", "at")
    words = {"kind": message_kind}


class ApplicationStepInline(ReadOnlyInline):
    """What has happened to an application, and who did it."""

    model = models.ApplicationStep
    fields = ("number", "action", "state", "by", "at", "granted", "refusal_code", "bulk")
    readonly_fields = ("granted",)
    words = {"action": step_name, "state": state_name, "refusal_code": _refusal}
    granted = _award("award", _("percentage or price"))


@admin.register(models.WaiverApplication)
class WaiverApplicationAdmin(ReadOnlyAdmin):
    """Applications; they are decided on the reviewer's page."""

    inlines = [ApplicationStepInline, ApplicationMessageInline]

    list_display = ["uuid", "offering_code", "state", "submitted_at", "decide_by", "reviewed_at"]
    list_filter = ["state", "refusal_code"]
    words = {
        "state": state_name,
        "refusal_code": _refusal,
        "assigned_to": _staff,
        "awaiting_by": _staff,
        "reviewed_by": _staff,
    }
    exclude = [
        f"{which}_{part}"
        for which in ("proposed", "awaiting")
        for part in ("bp", "minor", "currency")
    ] + ["percent_bp", "price_minor", "price_currency"]
    readonly_fields = ["rule_proposes", "granted", "to_confirm"]
    rule_proposes = _award("proposed", _("what the rule proposes"))
    granted = _award("award", _("what is granted"))
    to_confirm = _award("awaiting", _("what a second person confirms"))
    search_fields = ["uuid", "offering_code"]


@admin.register(models.ReviewerOrganisation)
class ReviewerOrganisationAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Where reviewers work: they decide about nobody of the same organisation."""

    form = ReviewerOrganisationForm
    list_display = ["user_id", "name", "domain"]
    search_fields = ["name", "domain"]


@admin.register(models.ReviewerConflict)
class ReviewerConflictAdmin(ReadOnlyAdmin):
    """Conflicts of interest that reviewers have declared."""

    list_display = ["application", "user_id", "at"]
    list_select_related = ["application"]


@admin.register(models.AdministrationFocalPoint)
class AdministrationFocalPointAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Who nominates for which State."""

    form = FocalPointForm
    list_display = ["user_id", "country", "administration", "is_active"]
    list_filter = ["is_active", "country"]
    search_fields = ["administration", "country"]


@admin.register(models.NominationCall)
class NominationCallAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """What administrations can nominate for, and until when."""

    form = NominationCallForm
    list_display = ["offering_code", "policy_version", "opens_at", "closes_at", "event_on"]
    list_select_related = ["policy_version"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _nominated_as(kind: str) -> str:
    return str(KINDS.get(kind, kind))


def _item(item: str) -> str:
    return str(ITEMS.get(item, item))


@admin.register(models.Nomination)
class NominationAdmin(ReadOnlyAdmin):
    """Whom States have nominated."""

    list_display = ["call", "country", "rank", "user_id", "kind", "item", "state"]
    list_filter = ["state", "kind", "country"]
    words = {"state": nomination_state, "kind": _nominated_as, "item": _item}
    list_select_related = ["call"]


@admin.register(models.Notice)
class NoticeAdmin(ReadOnlyAdmin):
    """Mails, and whether they were sent."""

    list_display = ["created_at", "kind", "user_id", "tries", "sent_at"]
    list_filter = ["kind", ("sent_at", admin.EmptyFieldListFilter)]


@admin.register(models.CountryEvidence)
class CountryEvidenceAdmin(ReadOnlyAdmin):
    """What was said and seen about people's countries; noted on the pages, with a view of its own.

    A list of it shows no country: who looks for one person opens the row.
    """

    list_display = ["uuid", "user_id", "basis", "kind", "observed_at", "recorded_by"]
    list_filter = ["basis", "kind"]
    words = {"basis": basis_name, "kind": evidence_kind}
    search_fields = ["=uuid", "=user_id"]


@admin.register(models.StatedFact)
class StatedFactAdmin(ReadOnlyAdmin):
    """What people have said of themselves, and what was seen; a list of it shows no value."""

    list_display = ["uuid", "user_id", "name", "kind", "observed_at", "recorded_by"]
    list_filter = ["kind"]
    words = {"kind": evidence_kind}
    search_fields = ["=uuid", "=user_id"]


@admin.register(models.ChangeOfCountry)
class ChangeOfCountryAdmin(ReadOnlyAdmin):
    """When people changed the country of their profile; as above, a list of it shows no country."""

    list_display = ["user_id", "changed_on"]
    search_fields = ["=user_id"]
    date_hierarchy = "changed_on"


@admin.register(models.ApplicationDocument)
class ApplicationDocumentAdmin(ReadOnlyAdmin):
    """Documents of applications, which are read on the reviewer's page; each reading is kept."""

    list_display = ["uuid", "kind", "content_type", "size", "uploaded_at", "deleted_at"]
    words = {"kind": document_kind, "content_type": document_type}
    list_filter = ["kind", ("deleted_at", admin.EmptyFieldListFilter), "is_repeated"]
    search_fields = ["=uuid", "=application__uuid"]


@admin.register(models.DocumentReading)
class DocumentReadingAdmin(ReadOnlyAdmin):
    """Who was given which document to read, and when."""

    list_display = ["document", "by", "at"]
    search_fields = ["=document", "=by"]
    date_hierarchy = "at"
