"""Access that is given by hand, and enrolments that follow rights, in the admin."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from fairgate import clock
from fee_payments import api, models
from fee_payments.admin_base import ReadOnlyAdmin
from fee_payments.exceptions import PaymentsError
from fee_payments.forms_access import EndAccessForm, GiveAccessForm

GRANT = "fee_payments.grant_entitlement"


@admin.register(models.GivenAccess)
class GivenAccessAdmin(ReadOnlyAdmin):
    """Gives access to a person, and ends it; both take a reason and a permission."""

    people = ("user_id", "given_by", "ended_by")
    form = GiveAccessForm
    list_display = ("user_id", "offering", "given_at", "ends_at", "reason", "ended_at")
    list_filter = ("offering",)
    search_fields = ("user_id", "reason")
    action_form = EndAccessForm
    actions = ("end",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(GRANT)

    def has_end_permission(self, request: HttpRequest) -> bool:
        """Whether this operator may end access."""
        return request.user.has_perm(GRANT)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What the form asks for; or, of what is there, all that is kept."""
        if obj is None:
            return self.form.base_fields
        names = [field.name for field in obj._meta.fields if field.name not in ("id", "key")]
        return self.readable(names)

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The form; what could not be given after all, as in a full room, is told above it."""
        try:
            return super().add_view(request, *args, **kwargs)
        except PaymentsError as refused:
            self.message_user(request, str(refused), messages.ERROR)
            return redirect(request.path)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        """Give, once."""
        summary = api.give_access(
            form.user_id,
            obj.offering.code,
            ends_at=obj.ends_at,
            reason=obj.reason,
            by=request.user.pk,
            key=form.key,
            at=form.at,
        )
        obj.pk = models.GivenAccess.objects.get(entitlements__uuid=summary.uuid).pk

    @admin.action(description=gettext_lazy("End the chosen access"), permissions=["end"])
    def end(self, request: HttpRequest, rows: QuerySet[models.GivenAccess]) -> None:
        """End one by one, with one reason for all."""
        at, because = clock.now(), request.POST.get("because", "")
        for row in rows:
            # One right is enough to name it: with the gift, all that rests on it ends.
            right = row.entitlements.first()
            if right is None:
                continue
            try:
                api.end_access(right.uuid, reason=because, by=request.user.pk, at=at)
            except PaymentsError as refused:
                self.message_user(request, str(refused), messages.ERROR)
                return
        said = ngettext("The access has ended.", "The accesses have ended.", len(rows))
        self.message_user(request, said)


@admin.register(models.EnrolmentTask)
class EnrolmentTaskAdmin(ReadOnlyAdmin):
    """What waits, why, and when it is tried again; a task can be tried at once."""

    people = ("user_id",)
    list_display = (
        "user_id",
        "course_key",
        "due_at",
        "attempts",
        "last_error",
        "next_try_at",
        "done_at",
    )
    list_filter = (("done_at", admin.EmptyFieldListFilter),)
    search_fields = ("user_id", "course_key")
    actions = ("try_now",)

    def has_try_permission(self, request: HttpRequest) -> bool:
        """Whether this operator may have tasks tried."""
        return request.user.has_perm(GRANT)

    @admin.action(description=gettext_lazy("Try the chosen tasks now"), permissions=["try"])
    def try_now(self, request: HttpRequest, tasks: QuerySet[models.EnrolmentTask]) -> None:
        """Try them after this request; what comes of it is in the list."""
        at = clock.now()
        for user_id, course_key in tasks.values_list("user_id", "course_key"):
            transaction.on_commit(partial(api.follow_enrolment, user_id, course_key, at=at))
        self.message_user(request, _("They are tried now. Load the list again to see the result."))


@admin.register(models.Enrolled)
class EnrolledAdmin(ReadOnlyAdmin):
    """Which enrolments rest on rights, and what they were before."""

    people = ("user_id",)
    list_display = (
        "user_id",
        "course_key",
        "mode_before",
        "mode_by_us",
        "enrolled_at",
        "ended_at",
    )
    search_fields = ("user_id", "course_key")
