"""The models and their migrations say the same, on every Django we support."""

from __future__ import annotations

import io

import pytest
from django.apps import apps
from django.core.management import call_command

APPS = ("waiver_policy", "fee_payments", "partnerships", "revenue_share", "fee_gate")


@pytest.mark.django_db
@pytest.mark.parametrize("app", APPS)
def test_no_migration_is_missing(app):
    said = io.StringIO()

    call_command("makemigrations", app, check=True, dry_run=True, stdout=said)

    assert "No changes detected" in said.getvalue()


@pytest.mark.parametrize("app", APPS)
def test_a_foreign_key_stays_in_its_package(app):
    fields = [
        field
        for model in apps.get_app_config(app).get_models()
        for field in model._meta.get_fields()
        if field.many_to_one or field.one_to_one
    ]

    assert not [
        f"{field.model.__name__}.{field.name}"
        for field in fields
        if field.related_model._meta.app_label != app
    ]


@pytest.mark.parametrize("app", APPS)
def test_a_table_is_named_after_its_package(app):
    models = apps.get_app_config(app).get_models()

    assert not [m.__name__ for m in models if not m._meta.db_table.startswith(f"{app}_")]


@pytest.mark.parametrize("app", APPS)
def test_a_text_that_stands_once_fits_the_keys_of_mysql_and_mariadb(app):
    """Else Django warns whoever migrates there (mysql.W003)."""
    fields = [
        field for model in apps.get_app_config(app).get_models() for field in model._meta.fields
    ]

    assert not [
        f"{field.model.__name__}.{field.name}"
        for field in fields
        if field.unique and (field.max_length or 0) > 255
    ]
