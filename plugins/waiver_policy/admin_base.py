"""What the admin's classes of this app have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import ngettext

from fairgate.documents import DocumentError, DocumentErrors

Say = Callable[[Any], str]
EMPTY = "–"
MAX_FAULTS = 20


def add_faults(form: forms.Form, field: str, error: DocumentError) -> None:
    """Tell every fault of a file at the field that it came in, up to so many."""
    faults = error.faults if isinstance(error, DocumentErrors) else (error,)
    for fault in faults[:MAX_FAULTS]:
        form.add_error(field, str(fault))
    more = len(faults) - MAX_FAULTS
    if more > 0:
        form.add_error(field, ngettext("And %(count)d more fault.", "And %(count)d more faults.",
                                       more) % {"count": more})  # fmt: skip


class InWords:
    """Shows columns that hold codes as people read them; ``words`` says which, and how.

    In lists, filters and on the page of a row. ``titles`` are for columns that are called by a
    unit nobody reads, such as basis points.
    """

    words: ClassVar[Mapping[str, Say]] = {}
    titles: ClassVar[Mapping[str, Any]] = {}
    model: type[Model]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, say in self.words.items():
            title: Any = self.model._meta.get_field(name).verbose_name  # type: ignore[union-attr]
            if name in self.titles:
                title = self.titles[name]
            setattr(self, f"{name}_in_words", _column(name, title, say))

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return self._spoken(super().get_list_display(request))  # type: ignore[misc]

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        filters = super().get_list_filter(request)  # type: ignore[misc]
        return [
            (name, _filter_of(self.words[name])) if name in self.words else name for name in filters
        ]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        added = {f"{name}_in_words" for name in self.words}
        fields = super().get_fields(request, obj)  # type: ignore[misc]
        return self._spoken(name for name in fields if name not in added)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        added = [f"{name}_in_words" for name in self.words]
        return [*super().get_readonly_fields(request, obj), *added]  # type: ignore[misc]

    def _spoken(self, names: Any) -> list[Any]:
        return [f"{name}_in_words" if name in self.words else name for name in names]


def _column(name: str, title: Any, say: Say) -> Callable[[Any], str]:
    @admin.display(description=title, ordering=name)
    def shown(row: Any) -> str:
        value = getattr(row, name)
        return EMPTY if value in (None, "") else say(value)

    return shown


def _filter_of(say: Say) -> type[admin.AllValuesFieldListFilter]:
    class Filter(admin.AllValuesFieldListFilter):
        """The values that there are, in words."""

        def choices(self, changelist: Any) -> Iterator[Any]:
            for choice in super().choices(changelist):
                yield {**choice, "display": say(choice["display"])}

    return Filter


class ReadOnlyAdmin(InWords, admin.ModelAdmin):  # type: ignore[type-arg]  # Django 4.2 has no generic admin
    """Shows rows; adds, changes and deletes none."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
