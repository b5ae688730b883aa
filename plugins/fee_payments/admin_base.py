"""What pages of the admin have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any

from django.contrib import admin
from django.contrib.auth import get_permission_codename, get_user_model
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext_lazy

from fairgate.money import Money
from fee_payments.never_framed import never_framed

_AMOUNT = gettext_lazy("amount")

Column = Callable[[Any], Any]


class FeeAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # generic at type time only
    """A page of ours in the admin: its buttons move money, so it stands in no frame."""

    def get_urls(self) -> list[Any]:
        return never_framed(super().get_urls())


def amount_of(
    field: str,
    description: Any = _AMOUNT,
    *,
    currency: Callable[[Any], str] = attrgetter("currency"),
) -> Column:
    """A column that shows minor units as a person reads them: ``USD 120.00``.

    ``field`` is the field with the minor units; the row says the currency.
    """

    @admin.display(description=description, ordering=field)
    def shown(row: Any) -> str | None:
        minor, code = getattr(row, field), currency(row)
        # An amount that is none may have no currency.
        return str(Money.from_minor(minor, code)) if minor is not None and code else None

    shown.shows = field  # type: ignore[attr-defined]
    return shown


class ReadsAmounts(admin.options.BaseModelAdmin):  # type: ignore[type-arg] # see Readable
    """Shows amounts as they are read to who may look at a form and change nothing.

    ``amounts`` are columns of ``amount_of``, each in the place of its field.
    """

    amounts: tuple[Column, ...] = ()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        names = super().get_fields(request, obj)
        if self.has_change_permission(request, obj):
            return names
        read = {column.shows: column for column in self.amounts}  # type: ignore[attr-defined]
        return list(dict.fromkeys(read.get(name, name) for name in names))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        names = super().get_readonly_fields(request, obj)
        return names if self.has_change_permission(request, obj) else (*names, *self.amounts)


def _person_of(model: Any, field: str) -> Column:
    """A column that shows whose user id a field has, if the list has looked; else the id."""

    @admin.display(description=model._meta.get_field(field).verbose_name, ordering=field)
    def shown(row: Any) -> Any:
        name = getattr(row, _name_of(field), None)
        if name is None:
            return getattr(row, field)  # nobody, who has left, or nothing to be told
        kind = get_user_model()._meta
        try:
            url = reverse(
                f"admin:{kind.app_label}_{kind.model_name}_change", args=[getattr(row, field)]
            )
        except NoReverseMatch:  # the accounts are not in this admin
            return name
        return format_html('<a href="{}">{}</a>', url, name)

    shown.shows = field  # type: ignore[attr-defined]
    return shown


def _name_of(field: str) -> str:
    return f"{field}_name"


class Readable(admin.options.BaseModelAdmin):  # type: ignore[type-arg] # generic at type time only
    """Shows user ids as names to who may look at accounts, and amounts as people read them.

    ``people`` are the fields with user ids. Rows, and what is logged, keep the ids.
    """

    people: tuple[str, ...] = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The rows, with the names of the people in one query."""
        rows: QuerySet[Any] = super().get_queryset(request)
        kind = get_user_model()
        may_look = f"{kind._meta.app_label}.{get_permission_codename('view', kind._meta)}"
        if not request.user.has_perm(may_look):
            return rows
        names = kind._default_manager.values(kind.USERNAME_FIELD)
        asked = {
            _name_of(field): Subquery(names.filter(pk=OuterRef(field))[:1]) for field in self.people
        }
        named: QuerySet[Any] = rows.annotate(**asked)
        return named

    def readable(self, names: Iterable[Any]) -> list[Any]:
        """The same fields or columns, those of people and amounts as they are read."""
        return [self._columns.get(name, name) for name in names]

    @cached_property
    def _columns(self) -> dict[str, Column]:
        """By field. Made once: Django compares the fields of a page with those that are read."""
        columns = [_person_of(self.model, field) for field in self.people]
        columns += [one for one in getattr(self, "list_display", ()) if hasattr(one, "shows")]
        return {column.shows: column for column in columns}  # type: ignore[attr-defined]


class ReadableAdmin(Readable, FeeAdmin):
    """Rows that are read like this in the list."""

    def get_list_display(self, request: HttpRequest) -> Any:
        return self.readable(super().get_list_display(request))


class ReadOnlyAdmin(ReadableAdmin):
    """Rows that are written by services and never by hand."""

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What is read is read as in the list."""
        names = super().get_fields(request, obj)
        return names if obj is None else self.readable(names)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyInline(Readable, admin.TabularInline):  # type: ignore[type-arg]
    """Such rows below what they belong to; ``fields`` says which columns."""

    extra = 0
    can_delete = False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.readable(self.fields or ())

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.get_fields(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
