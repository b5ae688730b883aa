"""The agreement that most tests begin with is copied, and is what signing would have written."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.db import transaction

from factories import signed_terms
from factories.partnerships import load_approved, put_in_force, two_agreements
from partnerships import api

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def everything():
    """Every row of every table."""
    tables = apps.get_models()
    return {model: list(model._base_manager.order_by("pk").values()) for model in tables}


def begun(make, *terms):
    """What was said, what stands in all tables, and what is read of it; then it is gone again."""
    with transaction.atomic():
        found = make(*terms), everything(), api.list_versions(at=NOW)
        transaction.set_rollback(True)
    return found


@pytest.fixture
def made(monkeypatch):
    """Counts how often terms were loaded."""
    monkeypatch.setattr(signed_terms, "_written", {})
    loads = []
    load = api.load_agreements
    monkeypatch.setattr(
        api, "load_agreements", lambda *told, **more: loads.append(told) or load(*told, **more)
    )
    return loads


@pytest.mark.parametrize("make", [load_approved, put_in_force])
def test_a_copy_is_what_signing_wrote_in_all_tables(made, make):
    assert begun(make, two_agreements()) == begun(make, two_agreements())
    assert len(made) == 1


def test_other_terms_other_acts_and_other_settings_are_made(made, settings):
    begun(put_in_force)
    begun(put_in_force, two_agreements())
    begun(load_approved)
    settings.PARTNERSHIPS_MARK_MAX_BYTES = 7
    begun(put_in_force)
    assert len(made) == 4


def test_where_a_partner_is_there_the_agreement_is_made(made):
    begun(put_in_force)
    load_approved()
    assert len(put_in_force()) == 1
    assert len(made) == 3


@pytest.mark.django_db(transaction=True)
def test_where_others_are_told_the_agreement_is_made(made):
    put_in_force()
    assert (len(made), signed_terms._written) == (1, {})
