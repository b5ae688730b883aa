"""Seats of institutions in the admin: read, and never written by hand."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fairgate import clock
from fee_payments import api, models, selectors
from fee_payments.admin_base import ReadOnlyAdmin, ReadOnlyInline
from fee_payments.exceptions import PaymentsError
from fee_payments.forms_access import MovePoolEndForm
from fee_payments.services.session_words import session_in_words
from fee_payments.wording import seat_state_name


class SeatPoolEndInline(ReadOnlyInline):
    """How the end was moved, oldest first."""

    model = models.SeatPoolEnd
    fields = ("at", "ended_at", "ends_at", "reason", "by")
    people = ("by",)


@admin.register(models.SeatPool)
class SeatPoolAdmin(ReadOnlyAdmin):
    """Seats that institutions have bought; their end can be moved."""

    list_display = ("sponsor", "offering", "session", "quantity", "opened_at", "ends_at")
    list_filter = ("offering", "opened_at")
    list_select_related = ("offering", "buyer", "line__session")
    search_fields = ("uuid", "sponsor", "line__order__uuid")
    date_hierarchy = "opened_at"
    inlines = (SeatPoolEndInline,)
    action_form = MovePoolEndForm
    actions = ("move_end",)

    @admin.display(description=gettext_lazy("session"))
    def session(self, pool: models.SeatPool) -> str:
        return session_in_words(pool.line.session) if pool.line.session else "–"

    def has_manage_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("fee_payments.manage_seats")

    @admin.action(description=gettext_lazy("Move the end of the seats"), permissions=["manage"])
    def move_end(self, request: HttpRequest, pools: QuerySet[models.SeatPool]) -> None:
        """Move the end of each, with one reason for all; the first that cannot be stops."""
        ends_at = MovePoolEndForm.day_of(request.POST.get("ends_on", ""))
        if ends_at is None:
            self.message_user(request, _("Please choose the day of the new end."), messages.ERROR)
            return
        for pool in pools:
            try:
                api.move_pool_end(
                    pool.uuid, ends_at, reason=request.POST.get("because", ""),
                    by=request.user.pk or 0, at=clock.now(),
                )  # fmt: skip
            except PaymentsError as refused:
                self.message_user(request, f"{pool}: {refused}", messages.ERROR)
                return
        self.message_user(request, _("The end is moved."), messages.SUCCESS)


class SeatStepInline(ReadOnlyInline):
    """What happened with a seat, oldest first."""

    model = models.SeatStep
    fields = ("at", "action", "by", "note")
    people = ("by",)


@admin.register(models.Seat)
class SeatAdmin(ReadOnlyAdmin):
    """One seat of an institution and its history; addresses of invited people are not shown."""

    people = ("assigned_user", "accepted_by", "revoked_by")
    fields = (
        "uuid", "pool", "number", "assigned_at", "expires_at", "assigned_user", "code",
        "is_for_address", "accepted_by", "accepted_at", "consented_at", "revoked_by", "revoked_at",
        "revoked_because", "held_at", "withdrawn_at", "closed_at",
    )  # fmt: skip
    list_display = ("number", "pool", "seat_state", "accepted_by", "accepted_at")
    list_filter = ("pool__offering", "accepted_at", "withdrawn_at", "closed_at")
    list_select_related = ("pool",)
    search_fields = ("uuid", "pool__uuid", "pool__sponsor", "accepted_by", "code__hint")
    inlines = (SeatStepInline,)

    @admin.display(description=gettext_lazy("state"))
    def seat_state(self, seat: models.Seat) -> str:
        return seat_state_name(selectors.state_of(seat, at=clock.now()))


@admin.register(models.SeatMail)
class SeatMailAdmin(ReadOnlyAdmin):
    """Invitations and reminders, and why one was not delivered."""

    fields = ("seat", "kind", "created_at", "tries", "sent_at", "dropped_at", "failure")
    list_display = ("seat", "kind", "created_at", "tries", "sent_at", "failure")
    list_filter = ("kind", "failure", "sent_at")
    list_select_related = ("seat",)
    search_fields = ("seat__uuid",)
