"""What most tests of waivers begin with is copied, and is what loading it would have written."""

from __future__ import annotations

import pytest
from django.db import transaction

from factories import shipped
from factories import waiver_policy as make
from waiver_policy import models

pytestmark = pytest.mark.django_db
TABLES = (*shipped.LISTS, *shipped.POLICY)
OF_OTHERS = {"id", "uuid", "edition_id"}


def held():
    """Every row of the lists and of the policies, by what is in it instead of by its number."""
    editions = dict(models.ListEdition.objects.values_list("pk", "list_code"))
    rows = {model.__name__: list(model._base_manager.values()) for model in TABLES}
    return {
        name: sorted(
            (editions.get(row.get("edition_id"), ""), *map(str, _own(row).items())) for row in found
        )
        for name, found in rows.items()
    }


def _own(row):
    return {name: value for name, value in row.items() if name not in OF_OTHERS}


def uuids():
    tables = (models.ListEdition, models.PolicyVersion)
    return {uuid for model in tables for uuid in model.objects.values_list("uuid", flat=True)}


def begun():
    """What stands in the tables, and its UUIDs; then they are empty again."""
    with transaction.atomic():
        loaded = make.lists()
        make.programme()
        found = loaded, held(), uuids()
        transaction.set_rollback(True)
    return found


def test_copies_are_what_loading_writes(monkeypatch):
    copied = begun()
    monkeypatch.setattr(shipped, "_written", {})
    loaded = begun()
    assert [len(rows) > 0 for rows in copied[1].values()] == [True] * len(TABLES)
    assert copied[:2] == loaded[:2]


def test_each_copy_has_uuids_of_its_own():
    assert not begun()[2] & begun()[2]


def test_where_something_is_loaded_nothing_is_copied():
    make.lists(make.list_text({}))
    make.policy(make.policy_text(make.LDC_FREE), at=make.EVE)
    assert not any(shipped.copied(tables) for tables in (shipped.LISTS, shipped.POLICY))
