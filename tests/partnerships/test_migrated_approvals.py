"""What is made of rows of a release before: approvals, and whom submitted texts name."""

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


def test_whom_a_text_names_that_was_submitted_or_signed_is_named_since_the_first_of_them(old_site):
    rows = migrate(old_site, "0016_partner_changes")
    codes = ("HOLDER", "ROLE", "SHARE", "RECOUPS", "GIVES", "COLLECTS", "RENAMED", "DRAFTED")
    partners = {
        code: rows("Partner").create(code=code, legal_name=code, display_name=code, kind="ngo").pk
        for code in codes
    }
    texts = [
        ("HOLDER", "ROLE", "SHARE", "RECOUPS", "GIVES", "COLLECTS"),
        ("HOLDER", "HOLDER", "SHARE", "SHARE", "SHARE", "PLATFORM"),
        ("DRAFTED", "DRAFTED", "DRAFTED", "DRAFTED", "DRAFTED", "DRAFTED"),
    ]
    versions = [version_naming(rows, partners, number, *text) for number, text in enumerate(texts)]
    rows("ReviewRound").create(
        version_id=versions[0], checksum="0" * 64, asked_by=1, asked_at=LATER, refused_by=2,
        refused_at=LATER, refused_because="No",
    )  # fmt: skip
    rows("Signature").create(
        version_id=versions[1], side="host", place=1, signed_by="S", signed_at=SIGNED,
        checksum="0" * 64,
    )  # fmt: skip
    names = {"legal_name": "N", "display_name": "N", "kind": "ngo"}
    rows("PartnerChange").create(
        partner_id=partners["RENAMED"], live_key=partners["RENAMED"], asked_by=1, asked_at=LATER,
        **names, **{f"was_{name}": value for name, value in names.items()},
    )  # fmt: skip

    rows = migrate(old_site, "0017_named_since")

    since = dict(rows("Partner").values_list("code", "named_since"))
    assert since == {
        **dict.fromkeys(codes, LATER), "HOLDER": SIGNED, "SHARE": SIGNED, "DRAFTED": None,
    }  # fmt: skip


def test_who_loaded_a_text_is_the_account_that_has_the_name_today_or_nobody(old_site):
    rows = migrate(old_site, "0017_named_since")
    partner = rows("Partner").create(code="GSMA", legal_name="G", display_name="G", kind="ngo")
    agreement = rows("Agreement").create(code="A", partner=partner)
    for number, name in enumerate(("olga", "nobody", "olga"), start=1):
        rows("AgreementVersion").create(
            uuid=f"00000000-0000-0000-0000-00000000000{number}", agreement=agreement,
            number=number, valid_from=date(2026 + number, 1, 1), agreed_text="{}",
            checksum="0" * 64, loaded_by=name, loaded_at=SIGNED,
        )  # fmt: skip
    executor = MigrationExecutor(connections[old_site])
    state = executor.migrate([("partnerships", "0017_named_since"), ("auth", "0001_initial")])
    accounts = state.apps.get_model("auth", "User").objects.using(old_site)
    olga = accounts.create(username="olga", password="!")
    accounts.create(username="other", password="!")

    rows = migrate(old_site, "0018_loaders")

    loaders = rows("AgreementVersion").order_by("number").values_list("loader_user_id", flat=True)
    assert list(loaders) == [olga.pk, None, olga.pk]


def version_naming(rows, partners, number, holder, role, shares, recoups, gives, collects):
    """The number of a version in its table, which names these in all the ways that there are."""
    agreement = rows("Agreement").create(code=f"A{number}", partner_id=partners[holder]).pk
    version = rows("AgreementVersion").create(
        uuid=f"00000000-0000-0000-0000-00000000000{number}", agreement_id=agreement, number=1,
        valid_from=SIGNED.date(), merchant_of_record=collects, agreed_text="{}",
        checksum="0" * 64, loaded_by="operator", loaded_at=SIGNED,
    ).pk  # fmt: skip
    rows("VersionRole").create(version_id=version, place=1, partner_id=partners[role], role="venue")
    rows("VersionShare").create(version_id=version, place=1, party=shares, weight=1)
    rows("VersionShare").create(version_id=version, place=2, party="PLATFORM", weight=1)
    rows("VersionRecoupment").create(
        version_id=version, place=1, party=recoups, currency="USD", amount_minor=1
    )
    rows("VersionContribution").create(
        version_id=version, place=1, code="C", party=gives, kind="cash", text="A grant",
        promised_minor=1, currency="USD", due_on=SIGNED.date(),
    )  # fmt: skip
    return version
