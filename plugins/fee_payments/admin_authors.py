"""What authors ask for beyond their limits, and how operators decide about it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from fairgate import clock
from fee_payments import api, models, selectors
from fee_payments.admin_base import ReadOnlyAdmin
from fee_payments.admin_orders import IsOpenFilter
from fee_payments.exceptions import PaymentsError
from fee_payments.forms_catalogue import DecideForm
from fee_payments.permissions import DECIDE_AUTHOR_REQUESTS
from fee_payments.wording import in_words
from fee_payments.wording_authoring import differences, state_in_words, why_it_waits


@admin.register(models.AuthorRequest)
class AuthorRequestAdmin(ReadOnlyAdmin):
    """What would change, why it waits, and two ways on: approve, or decline with a sentence.

    Who asked decides about it never, whatever their permissions are.
    """

    people = ("asked_by", "decided_by")
    list_display = ("code", "what_changes", "beyond", "reason", "asked_by", "state")
    list_filter = (IsOpenFilter, "wish", "outcome")
    search_fields = ("course_key", "code", "uuid")
    date_hierarchy = "asked_at"
    fields: ClassVar[Any] = (
        "course_key", "code", "wish", "what_changes", "beyond", "reason", "asked_by", "asked_at",
        "state", "decided_by", "decided_at", "note",
    )  # fmt: skip
    readonly_fields = ("what_changes", "beyond", "state")
    action_form = DecideForm
    actions = ("approve", "decline")

    @admin.display(description=gettext_lazy("now → asked for"))
    def what_changes(self, row: models.AuthorRequest) -> SafeString:
        """Everything that would be another, as it is and as it would be."""
        found = differences(selectors.author_request_summary(row))
        return format_html_join(
            "", "<div>{}: <bdi>{}</bdi> → <bdi>{}</bdi></div>",
            ((one.label, one.old, one.new) for one in found),
        )  # fmt: skip

    @admin.display(description=gettext_lazy("beyond the limits"))
    def beyond(self, row: models.AuthorRequest) -> str:
        """What of it authors may not do themselves today; of what is decided, nothing."""
        asked = selectors.author_request_summary(row)
        if not asked.is_waiting:
            return ""
        return why_it_waits(asked, api.author_limits(asked.course_key)) or _("Nothing any more.")

    @admin.display(description=gettext_lazy("state"), ordering="outcome")
    def state(self, row: models.AuthorRequest) -> str:
        return state_in_words(selectors.author_request_summary(row))

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(DECIDE_AUTHOR_REQUESTS)

    @admin.action(
        description=gettext_lazy("Approve: do what was asked for"), permissions=["decide"]
    )
    def approve(self, request: HttpRequest, rows: QuerySet[models.AuthorRequest]) -> None:
        """Do it, request by request; the first that cannot be done stops, and says why."""
        at, note = clock.now(), request.POST.get("note", "")
        for row in rows:
            try:
                api.approve_author_request(row.uuid, by=request.user.pk or 0, note=note, at=at)
            except PaymentsError as refused:
                self.message_user(request, f"{row}: {in_words(refused)}", messages.ERROR)
                return
        said = ngettext("The change is made.", "The changes are made.", len(rows))
        self.message_user(request, said)

    @admin.action(description=pgettext_lazy("a request", "Decline"), permissions=["decide"])
    def decline(self, request: HttpRequest, rows: QuerySet[models.AuthorRequest]) -> None:
        """Leave everything as it is, with one sentence for all."""
        at, note = clock.now(), request.POST.get("note", "")
        for row in rows:
            try:
                api.decline_author_request(row.uuid, by=request.user.pk or 0, note=note, at=at)
            except PaymentsError as refused:
                self.message_user(request, f"{row}: {in_words(refused)}", messages.ERROR)
                return
        self.message_user(request, _("The authors read why."))

    @method_decorator(transaction.non_atomic_requests)
    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Outside a transaction: each decision is one of its own, and begins with its lock."""
        return super().changelist_view(request, extra_context)
