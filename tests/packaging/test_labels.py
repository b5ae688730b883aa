"""What the admin shows is for translation: names of apps and tables, labels, helps and choices."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db.models import Field, Model
from django.utils.functional import Promise

APPS = ("waiver_policy", "fee_payments", "partnerships", "revenue_share", "fee_gate")
MODELS = [model for app in APPS for model in apps.get_app_config(app).get_models()]
PAGES = [page for model, page in admin.site._registry.items() if model._meta.app_label in APPS]
SAME_EVERYWHERE = {"UUID", "SHA-256"}

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.model.__name__)


def is_for_translation(text: object) -> bool:
    return isinstance(text, Promise) or text in SAME_EVERYWHERE


def fields_of(page: admin.ModelAdmin) -> Iterator[Field]:
    """The columns of a page and of the tables in it; the number of a row has no label of ours."""
    models: list[type[Model]] = [page.model, *(inline.model for inline in page.inlines)]
    for field in (one for model in models for one in model._meta.concrete_fields):
        if not field.auto_created and (field.editable or field.name in page.list_display):
            yield field


def texts_of(field: Any) -> Iterator[object]:
    yield field.verbose_name
    yield from filter(None, [field.help_text])
    yield from (label for _value, label in field.choices or ())


@pytest.mark.parametrize("app", APPS)
def test_an_app_is_called_in_the_readers_language(app):
    assert is_for_translation(apps.get_app_config(app).verbose_name)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_a_table_is_called_in_the_readers_language_also_in_lists_of_permissions(model):
    assert is_for_translation(model._meta.verbose_name)
    assert is_for_translation(model._meta.verbose_name_plural)


@every_page
def test_a_field_its_help_and_its_choices_are_in_the_readers_language(page):
    assert not [
        (str(field), text)
        for field in fields_of(page)
        for text in texts_of(field)
        if not is_for_translation(text)
    ]


@every_page
def test_a_form_has_labels_and_helps_in_the_readers_language(page):
    declared = getattr(page.form, "declared_fields", {}).values()
    shown = [field for field in declared if not field.widget.is_hidden]

    assert not [
        text
        for field in shown
        for text in (field.label, field.help_text)
        if text and not is_for_translation(text)
    ]


@every_page
def test_columns_and_actions_are_called_in_the_readers_language(page):
    columns = [name for name in page.list_display if name != "__str__"]  # the name of the table
    shown = [
        one if callable(one) else getattr(page, one)
        for one in (*columns, *(page.actions or ()))
        if callable(one) or hasattr(page, one)
    ]

    assert not [
        one for one in shown if not is_for_translation(getattr(one, "short_description", ""))
    ]
