"""What pages of the admin have in common: rows to read, and steps that are taken or refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .admin_amounts import COLUMNS, ReadsAmounts
from .exceptions import RevenueShareError
from .wording_refusals import in_words

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    ModelForm = forms.ModelForm[Any]
else:  # Django's own classes take no type argument when they run
    ModelAdmin, ModelForm = admin.ModelAdmin, forms.ModelForm


class ReadOnlyAdmin(ReadsAmounts, ModelAdmin):
    """Shows rows; nobody adds, changes or deletes one here, a superuser neither.

    An amount stands with its currency, also in lists.
    """

    def get_list_display(self, request: HttpRequest) -> Any:
        return [COLUMNS.get(name, name) for name in super().get_list_display(request)]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class AskForm(ModelForm):
    """A step to ask for. The service is asked while the form is checked, so it says why not."""

    request: HttpRequest

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        if not self.errors:
            try:
                self.done = self.ask(told)
            except RevenueShareError as error:
                raise ValidationError(in_words(error)) from error
        return told

    def _post_clean(self) -> None:
        """The row is there by now; the service has checked it, and the database has."""

    def ask(self, told: dict[str, Any]) -> Any:
        """Take the step; what came of it."""
        raise NotImplementedError


class AskAdmin(ReadOnlyAdmin):
    """Rows that a form asks a service for, and that nobody changes."""

    form = AskForm
    permission = ""
    heading: Any = None
    said = _("It waits for a second person.")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(self.permission)

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:  # type: ignore[override]  # the admin names what is a keyword here
        if obj is not None:
            return super().get_form(request, obj, **kwargs)
        return type("Form", (self.form,), {"request": request, "Meta": self.form.Meta})  # type: ignore[attr-defined]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None:
            return super().get_fields(request, obj)
        return list(self.form.base_fields)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """One step at a time, under a heading that says which."""
        shown = {"show_save_and_add_another": False, "show_save_and_continue": False}
        if self.heading:
            shown["title"] = self.heading
        return super().add_view(request, form_url, {**shown, **(extra_context or {})})

    def save_form(self, request: HttpRequest, form: Any, change: Any) -> Any:
        """The service has written the row by now."""
        return form.instance

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        """Nothing is left to write."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: Any) -> None:
        """Nor beside it."""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The row itself says who has asked, and when."""

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        self.message_user(request, str(self.said), messages.SUCCESS)
        names = self.opts
        return HttpResponseRedirect(
            reverse(f"admin:{names.app_label}_{names.model_name}_changelist")
        )


class DecisionForm(ActionForm):
    """Why something is refused."""

    note = forms.CharField(max_length=255, required=False, label=_("Reason"))


def user_id(request: HttpRequest) -> int:
    """The number of the account that takes a step."""
    return int(request.user.pk)  # type: ignore[arg-type]  # the admin lets nobody else in


def note_of(request: HttpRequest) -> str:
    """What was said with a step, for the record."""
    return str(request.POST.get("note", "")).strip()


def each(
    page: ModelAdmin, request: HttpRequest, rows: QuerySet[Any], step: Callable[[UUID], object]
) -> None:
    """Take a step with each of these rows, by its uuid; say so, or why not."""
    for row in rows:
        try:
            step(row.uuid)
        except RevenueShareError as error:
            page.message_user(request, in_words(error), messages.ERROR)
        else:
            page.message_user(request, gettext("Recorded."), messages.SUCCESS)
