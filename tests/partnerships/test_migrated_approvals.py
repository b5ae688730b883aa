"""Agreements that were signed before approvals were recorded count as approved since then."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

SIGNED = datetime(2026, 9, 1, 12, tzinfo=UTC)
LATER = datetime(2026, 9, 2, 12, tzinfo=UTC)


@pytest.fixture
def old_site(django_db_blocker, tmp_path):
    """A database of its own with the tables of the release before."""
    alias = "before_approvals"
    connections.settings[alias] = {
        **connections.settings["default"],
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(tmp_path / "old.sqlite3"),
        "OPTIONS": {},
    }
    with django_db_blocker.unblock():
        migrate(alias, "0003_labels_of_people")
        yield alias
        connections[alias].close()
    del connections[alias], connections.settings[alias]


def migrate(alias, name):
    executor = MigrationExecutor(connections[alias])
    state = executor.migrate([("partnerships", name)])
    return lambda model: state.apps.get_model("partnerships", model).objects.using(alias)


def test_what_was_signed_is_approved_since_its_first_signature_and_a_draft_is_not(old_site):
    rows = migrate(old_site, "0003_labels_of_people")
    partner = rows("Partner").create(code="GSMA", legal_name="G", display_name="G", kind="ngo")
    agreement = rows("Agreement").create(code="A", partner=partner)
    versions = [
        rows("AgreementVersion").create(
            uuid=f"00000000-0000-0000-0000-00000000000{number}", agreement=agreement,
            number=number, valid_from=date(2026 + number, 1, 1), agreed_text="{}",
            checksum="0" * 64, loaded_by="operator", loaded_at=SIGNED,
        )
        for number in (1, 2, 3)
    ]  # fmt: skip
    for version, place, side, moment in (
        (versions[0], 1, "partner", SIGNED), (versions[0], 2, "host", LATER),
        (versions[1], 1, "host", LATER),
    ):  # fmt: skip
        rows("Signature").create(
            version_id=version.pk, side=side, place=place, signed_by="S", signed_at=moment,
            checksum="0" * 64,
        )  # fmt: skip

    rows = migrate(old_site, "0005_review")

    kept = rows("ApprovalBeforeRecords").order_by("version_id").values_list("version_id", "since")
    assert list(kept) == [(versions[0].pk, SIGNED), (versions[1].pk, LATER)]
    assert not rows("ReviewRound").exists()
    assert set(rows("Signature").values_list("means", flat=True)) == {"paper"}
