"""What the pages of the admin have in common: rows to read, and steps that are taken or refused."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext

from fairgate.documents import DocumentErrors

from .exceptions import PartnershipsError
from .wording_refusals import in_words

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    TabularInline = admin.TabularInline[Any, Any]
    ModelForm = forms.ModelForm[Any]
else:  # Django's own classes take no type argument when they run
    ModelAdmin, TabularInline = admin.ModelAdmin, admin.TabularInline
    ModelForm = forms.ModelForm


class ReadOnlyAdmin(ModelAdmin):
    """Rows to read, and steps to take with them. Services write them, and nothing is deleted."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @method_decorator(transaction.non_atomic_requests)
    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Outside a transaction: a step that loses a race for a lock is taken again."""
        return super().changelist_view(request, extra_context)


class ServiceForm(ModelForm):
    """A form whose row a service writes, once everything on it can be read.

    The service alone says what may be: Django's own look at the row, as it would be, is left out.
    """

    request: HttpRequest
    refusal: ValidationError | None = None

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        if self.refusal is not None:
            raise self.refusal
        return told

    def _post_clean(self) -> None:
        """There is no row yet that could be looked at."""

    def write(self, told: dict[str, Any]) -> Any:
        """Have the service write it; the row.

        Raises:
            PartnershipsError, DocumentErrors, ValidationError: it is refused, and nothing is kept.
        """
        raise NotImplementedError


class WritesByService(ModelAdmin):
    """Rows that a ``ServiceForm`` adds, and that nobody changes."""

    def get_form(  # type: ignore[override]  # the admin names what is a keyword here
        self, request: HttpRequest, obj: Any = None, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, **kwargs)
        refusal = getattr(request, "refusal", None)
        return type("Form", (form,), {"request": request, "refusal": refusal})

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What the service refuses is undone as a whole, and told by the same form."""
        try:
            return super().add_view(request, form_url, extra_context)
        except (PartnershipsError, DocumentErrors, ValidationError) as error:
            request.refusal = told_at_form(error)  # type: ignore[attr-defined]
            return super().add_view(request, form_url, extra_context)

    def save_form(self, request: HttpRequest, form: Any, change: Any) -> Any:
        return form.write(form.cleaned_data)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        """The service has written the row."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: Any) -> None:
        """Nor is there anything beside it."""


def told_at_form(error: Exception) -> ValidationError:
    """A refusal as a form tells it: at the control that it is about, or above them all."""
    if isinstance(error, ValidationError):
        return error
    said = in_words(error)  # type: ignore[arg-type]
    # A fault of a document names a part of the document, which is no field of the form.
    field = "" if isinstance(error, DocumentErrors) else getattr(error, "field", "")
    return ValidationError({field: said} if field else said)


class ReadOnlyInline(TabularInline):
    """Parts of a row, to read."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def user_id(request: HttpRequest) -> int:
    """The number of the account that takes a step."""
    return int(request.user.pk)  # type: ignore[arg-type]  # the admin lets nobody else in


def note_of(request: HttpRequest) -> str:
    """What was said with a step, for the record."""
    return str(request.POST.get("note", "")).strip()


def each(
    page: ModelAdmin, request: HttpRequest, rows: QuerySet[Any], step: Callable[[UUID], Any]
) -> None:
    """Take a step with each of these rows, by its uuid."""
    for row in rows:
        attempt(page, request, partial(step, row.uuid))


def attempt(page: ModelAdmin, request: HttpRequest, action: Callable[[], Any]) -> None:
    """Do it and say so, or say why not."""
    try:
        action()
    except PartnershipsError as error:
        page.message_user(request, in_words(error), messages.ERROR)
    else:
        page.message_user(request, gettext("Recorded."), messages.SUCCESS)
