"""Country lists in the admin: read only, but for the three things that people decide.

A file is uploaded as a proposal; a second person applies or rejects it, with the difference and
whom it touches before them; the end in force of a contested row is confirmed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fairgate import clock
from fairgate.documents import DocumentError
from waiver_policy import api, conf, models
from waiver_policy.admin_base import EMPTY, ReadOnlyAdmin, add_faults
from waiver_policy.data import (
    EditionFacts,
    EditionImpact,
    Membership,
    MembershipChange,
    MembershipStatus,
    ProposalState,
)
from waiver_policy.exceptions import (
    AlreadyConfirmed,
    AlreadyProposed,
    EditionOutOfOrder,
    EditionsMoved,
    NotAllowed,
    NotContested,
    NothingToPropose,
    ProposalClosed,
    PublishedLater,
    ReasonMissing,
    RowsVanish,
    SecondPersonNeeded,
    WaiverError,
)
from waiver_policy.forms import ConfirmForm, ProposeForm, RejectForm
from waiver_policy.permissions import (
    APPLY_EDITION,
    CONFIRM_MEMBERSHIP,
    PROPOSE_EDITION,
)
from waiver_policy.selectors import lists
from waiver_policy.selectors.operators import usernames
from waiver_policy.sentences import (
    contested_sentence,
    in_a_row,
    list_name,
    membership_asked,
    membership_country,
    membership_kind,
    membership_precision,
    membership_status,
    membership_time,
    precision_name,
)

MAX_CHANGES = 500
MAX_UUIDS = 100

# The words of the index page are Django's; ours has the banner before them. A site that has a
# template of its own for it keeps that one.
if admin.site.index_template is None:
    admin.site.index_template = "admin/waiver_policy/index.html"


def _contested(at: datetime) -> tuple[Membership, ...]:
    return api.list_contested(known_at=at)


def _proposal_url(uuid: Any) -> str:
    pk = models.EditionProposal.objects.values_list("pk", flat=True).get(uuid=uuid)
    return reverse("admin:waiver_policy_editionproposal_change", args=[pk])


_SAID: Mapping[type[WaiverError], Any] = {
    SecondPersonNeeded: gettext_lazy(
        "You have proposed this edition; another person applies it, or rejects it."
    ),
    ProposalClosed: gettext_lazy("Somebody has applied or rejected this proposal already."),
    EditionsMoved: gettext_lazy(
        "Another edition has been made in the meantime. Look again: a proposal that was compared "
        "with the one before is rejected, and proposed again."
    ),
    EditionOutOfOrder: gettext_lazy("An edition of this list is known from a later moment."),
    NotAllowed: gettext_lazy("You lack the permission for this."),
    NothingToPropose: gettext_lazy(
        "The lists stand like that already, with this source; there is nothing to propose."
    ),
    PublishedLater: gettext_lazy("The day of the publication is to come."),
    AlreadyConfirmed: gettext_lazy("Somebody has confirmed this already."),
    NotContested: gettext_lazy("This is not contested, or not any more."),
    ReasonMissing: gettext_lazy("Please write a few words."),
}


def said(error: WaiverError) -> str:
    """An error in the language of the reader; the details of a file stay as they are."""
    if isinstance(error, RowsVanish):
        return _(
            "Countries vanish from a list without an end. Is the file complete? %(detail)s"
        ) % {"detail": error}
    if isinstance(error, AlreadyProposed):
        return _("The same is proposed already, and waits for a second person: %(proposal)s.") % {
            "proposal": error.uuid
        }  # fmt: skip
    return str(_SAID.get(type(error), error))


@admin.register(models.ListEdition)
class ListEditionAdmin(ReadOnlyAdmin):
    """Editions of the country lists."""

    list_display = [
        "__str__", "known_from", "published_on", "version", "source", "document_symbol",
        "loaded_by",
    ]  # fmt: skip
    list_filter = ["list_code"]
    search_fields = ["list_code", "source", "document_symbol", "version"]


class StatusFilter(admin.SimpleListFilter):
    """Rows by the status that people read, on this day and after what was confirmed."""

    title = gettext_lazy("status")
    parameter_name = "status_now"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(status.value, membership_status(status)) for status in MembershipStatus]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in set(MembershipStatus):
            return queryset
        status = MembershipStatus(str(self.value()))
        return lists.with_status(queryset, status, on=clock.utc_day(clock.now()))


@admin.register(models.ListMembership)
class ListMembershipAdmin(ReadOnlyAdmin):
    """Rows of the editions; the contested ones have an end that was asked for."""

    list_display = [
        "country", "name", "edition", "from_date", "until_date", "status_now", "alt_until_date",
        "value",
    ]  # fmt: skip
    list_filter = ["edition__list_code", StatusFilter]
    words = {
        "kind": membership_kind,
        "from_precision": precision_name,
        "until_precision": precision_name,
        "status": membership_status,
    }
    list_select_related = ["edition"]
    search_fields = ["country", "former_name"]

    @admin.display(description=gettext_lazy("name"))
    def name(self, row: models.ListMembership) -> str:
        """The name of the country, or of a State that is no more."""
        return membership_country(lists.to_membership(row))

    @admin.display(description=gettext_lazy("status"))
    def status_now(self, row: models.ListMembership) -> str:
        """The status on this day, after what people have confirmed."""
        found = lists.as_confirmed(row)
        return membership_status(found.status_on(clock.utc_day(clock.now())))

    def get_urls(self) -> list[URLPattern]:
        """The page on which a contested row is confirmed, before the ones of rows."""
        view = self.admin_site.admin_view(self.confirm_view)
        own = path("confirm/<str:code>/<str:country>/", view,
                   name="waiver_policy_listmembership_confirm")  # fmt: skip
        return [own, *super().get_urls()]

    def confirm_view(self, request: HttpRequest, code: str, country: str) -> HttpResponse:
        """A contested row with its source, and the form that confirms it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        at = clock.now()
        row = next((r for r in _contested(at) if (r.list_code, r.country) == (code, country)), None)
        if row is None:
            messages.info(request, said(NotContested()))
            return HttpResponseRedirect(reverse("admin:waiver_policy_listmembership_changelist"))
        may = request.user.has_perm(CONFIRM_MEMBERSHIP)
        form = ConfirmForm(request.POST or None)
        if request.method == "POST" and may and form.is_valid():
            return self._confirm(request, row, form.cleaned_data["note"], at)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Confirm a date"), "row": row, "form": form, "may_confirm": may,
            "sentence": contested_sentence(row), "country": membership_country(row),
            "list": list_name(code), "time": membership_time(row), "opts": self.model._meta,
        }  # fmt: skip
        return TemplateResponse(request, "admin/waiver_policy/confirm_membership.html", context)

    def _confirm(
        self, request: HttpRequest, row: Membership, note: str, at: datetime
    ) -> HttpResponse:
        try:
            api.confirm_membership(
                row.list_code, row.country, by=request.user.get_username(), note=note, at=at,
                until=row.until_date,
            )  # fmt: skip
        except WaiverError as error:
            messages.error(request, said(error))
        else:
            country = membership_country(row)
            messages.success(request, _("The date of %(country)s is confirmed.") % {
                "country": country
            })  # fmt: skip
        return HttpResponseRedirect(reverse("admin:waiver_policy_listmembership_changelist"))


@admin.register(models.MembershipConfirmation)
class MembershipConfirmationAdmin(ReadOnlyAdmin):
    """What people have confirmed."""

    list_display = ["list_code", "country", "until_date", "alt_until_date", "confirmer", "at"]
    list_filter = ["list_code"]
    search_fields = ["country", "note"]
    fields = [
        "membership", "list_code", "country", "from_date", "until_date", "alt_until_date",
        "confirmer", "at", "note",
    ]  # fmt: skip
    readonly_fields = ["confirmer"]

    @admin.display(description=gettext_lazy("confirmed by"))
    def confirmer(self, row: models.MembershipConfirmation) -> str:
        """The name of the user."""
        return usernames([row.by]).get(row.by, "")


def _state_of_proposal(state: str) -> str:
    return models.EditionProposal(state=state).get_state()


@admin.register(models.EditionProposal)
class EditionProposalAdmin(ReadOnlyAdmin):
    """Proposed editions: uploaded by one person, applied or rejected by another."""

    list_display = ["lists", "state_now", "source", "document_symbol", "proposed_at", "proposer"]
    list_filter = ["state"]
    words = {"state": _state_of_proposal}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("files")

    @admin.display(description=gettext_lazy("lists"))
    def lists(self, row: models.EditionProposal) -> str:
        """The codes of the lists."""
        return in_a_row(sorted(row.base))

    @admin.display(description=gettext_lazy("state"))
    def state_now(self, row: models.EditionProposal) -> str:
        """The state in words."""
        return row.get_state()

    @admin.display(description=gettext_lazy("proposed by"))
    def proposer(self, row: models.EditionProposal) -> str:
        """The name of the user."""
        return usernames([row.proposed_by]).get(row.proposed_by, "")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(PROPOSE_EDITION))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        may = (PROPOSE_EDITION, APPLY_EDITION)
        return super().has_view_permission(request, obj) or any(map(request.user.has_perm, may))

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The form of a new proposal."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = ProposeForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            done = self._propose(request, form)
            if done is not None:
                return done
        context = {
            **self.admin_site.each_context(request),
            "title": _("Propose an edition"), "form": form, "opts": self.model._meta,
        }  # fmt: skip
        return TemplateResponse(request, "admin/waiver_policy/propose_edition.html", context)

    def _propose(self, request: HttpRequest, form: ProposeForm) -> HttpResponse | None:
        given = form.cleaned_data
        name, text = given["file"]
        facts = EditionFacts(
            source=given["source"], document_symbol=given["document_symbol"],
            published_on=given["published_on"], version=given["version"],
        )  # fmt: skip
        try:
            found = api.propose_edition(
                text, source=facts, by=request.user.get_username(), at=clock.now(), file=name,
                allow_removals=given["allow_removals"],
            )  # fmt: skip
        except DocumentError as error:
            add_faults(form, "file", error)
        except WaiverError as error:
            form.add_error(None, said(error))
        else:
            messages.success(request, _("The edition is proposed. Another person applies it."))
            return HttpResponseRedirect(_proposal_url(found.uuid))
        return None

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """A proposal with its difference, whom it touches, and what can be done."""
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        form = RejectForm(request.POST if "reject" in request.POST else None)
        done = self._decide(request, row, form) if request.method == "POST" else None
        if done is not None:
            return done
        return self._page(request, row, form)

    def _decide(
        self, request: HttpRequest, row: models.EditionProposal, form: RejectForm
    ) -> HttpResponse | None:
        by, at = request.user.get_username(), clock.now()
        if "apply" in request.POST:
            return self._attempt(request, lambda: _applied(row, by, at))
        if not form.is_valid():
            return None
        reason = form.cleaned_data["reason"]

        def reject() -> str:
            api.reject_edition(row.uuid, by=by, reason=reason, at=at)
            return _("The proposal is rejected.")

        return self._attempt(request, reject)

    def _attempt(self, request: HttpRequest, act: Callable[[], str]) -> HttpResponse:
        try:
            messages.success(request, act())
        except DocumentError as error:
            messages.error(request, str(error))
        except WaiverError as error:
            messages.error(request, said(error))
        return HttpResponseRedirect(request.path)

    def _page(
        self, request: HttpRequest, row: models.EditionProposal, form: RejectForm
    ) -> HttpResponse:
        at = clock.now()
        found = api.get_proposal(row.uuid)
        is_open = found.state == ProposalState.PROPOSED
        is_own = row.proposed_by == request.user.pk
        context = {
            **self.admin_site.each_context(request),
            "title": _("Proposed edition"), "opts": self.model._meta, "proposal": found,
            "state": row.get_state(), "lists": [list_name(code) for code in sorted(found.base)],
            "form": form, "is_own": is_own,
            "may_apply": is_open and not is_own and request.user.has_perm(APPLY_EDITION),
            "may_reject": is_open and (is_own or request.user.has_perm(APPLY_EDITION)),
            **_shown(row, at),
        }  # fmt: skip
        return TemplateResponse(request, "admin/waiver_policy/proposed_edition.html", context)


def _applied(row: models.EditionProposal, by: str, at: datetime) -> str:
    done = api.apply_edition(row.uuid, by=by, at=at)
    names = in_a_row(edition.name for edition in done.created)
    return _("Applied: %(editions)s.") % {"editions": names}


def _shown(row: models.EditionProposal, at: datetime) -> Mapping[str, Any]:
    """The difference and whom it touches, as the page draws them."""
    try:
        impact = api.edition_impact(row.uuid, at=at)
    except DocumentError as error:
        return {"unreadable": str(error)}
    return {
        "impact": impact,
        "count": len(impact.changes),
        "changes": [_change(change) for change in impact.changes[:MAX_CHANGES]],
        "more": max(0, len(impact.changes) - MAX_CHANGES),
        "touched": _touched(impact),
        "applications": _links("waiver_policy_waiverapplication", impact.applications),
        "grants": _links("waiver_policy_waivergrant", impact.grants),
    }


def _change(change: MembershipChange) -> Mapping[str, Any]:
    row = change.after or change.before
    assert row is not None  # noqa: S101 -- a change has one side at least
    return {
        "list": change.list_code,
        "code": change.country,
        "country": membership_country(row),
        "changed": in_a_row(_changed(change.before, change.after)),
        "before": _cell(change.before, change.after),
        "after": _cell(change.after, change.before),
    }


# What can be changed about a row, and how each side of the difference says it.
_ASPECTS: Mapping[str, tuple[Any, Callable[[Membership], str]]] = {
    "time": (gettext_lazy("time"), membership_time),
    "precision": (gettext_lazy("precision"), membership_precision),
    "status": (gettext_lazy("status"), lambda row: membership_status(row.status)),
    "asked": (gettext_lazy("end that was asked for"), membership_asked),
    "kind": (gettext_lazy("kind"), lambda row: membership_kind(row.kind)),
    "value": (gettext_lazy("value"), lambda row: row.value),
    "source": (gettext_lazy("source"), lambda row: row.source),
    "provenance": (gettext_lazy("provenance"), lambda row: row.provenance),
    "note": (gettext_lazy("note"), lambda row: row.note),
}
# Shown of every row, and plain without a title; the rest where the other side says otherwise.
_ALWAYS = ("time", "status", "kind", "value", "source")


def _changed(before: Membership | None, after: Membership | None) -> list[str]:
    """What of a row is changed, in words; nothing of one that comes or vanishes."""
    if before is None or after is None:
        return []
    return [str(title) for title, say in _ASPECTS.values() if say(before) != say(after)]


def _cell(row: Membership | None, other: Membership | None) -> list[Mapping[str, Any]] | None:
    """One side of the difference, line by line."""
    if row is None:
        return None
    return [
        {"title": "" if name in _ALWAYS else title, "said": say(row) or EMPTY}
        for name, (title, say) in _ASPECTS.items()
        if (name in _ALWAYS and say(row)) or (other is not None and say(row) != say(other))
    ]


def _touched(impact: EditionImpact) -> list[str]:
    """The countries whose answers change, per list, in a sentence each."""
    return [
        _("Answers from today on change on the list of %(list)s for: %(countries)s.") % {
            "list": list_name(code),
            "countries": in_a_row(conf.country_name(country) for country in countries),
        }
        for code, countries in impact.countries.items()
    ]  # fmt: skip


def _links(model: str, uuids: tuple[Any, ...]) -> Mapping[str, Any]:
    page = reverse(f"admin:{model}_changelist")
    return {
        "count": len(uuids),
        "links": [{"uuid": str(uuid), "url": f"{page}?q={uuid}"} for uuid in uuids[:MAX_UUIDS]],
        "more": max(0, len(uuids) - MAX_UUIDS),
    }
