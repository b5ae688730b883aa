"""Evidence and movements of money are refused to be changed or deleted, by every way."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import transaction

from factories import waiver_policy as make
from factories.kept import ATTEMPTS, rows
from fairgate.errors import RowIsKept
from fairgate_tables.written_once import WrittenOnce
from waiver_policy import api, models
from waiver_policy.data import EvidenceBasis, EvidenceKind

pytestmark = pytest.mark.django_db

KEPT = (
    models.ApplicationStep,
    models.CountryEvidence,
    models.DecisionFacts,
    models.DocumentReading,
    models.FundEntry,
    models.ListEdition,
    models.ListMembership,
    models.MembershipConfirmation,
    models.StatedFact,
    models.UsedKey,
    models.WaiverDecision,
)


@pytest.fixture(autouse=True)
def granted():
    make.programme()
    grant = make.grant()
    models.UsedKey.objects.create(
        key="k", grant=models.WaiverGrant.objects.get(uuid=grant.uuid), asked_cost="USD 15.00"
    )
    models.DocumentReading.objects.create(document=uuid4(), by=9, at=make.EVE)
    api.record_evidence(
        1, basis=EvidenceBasis.NATIONALITY, countries=["HT"], kind=EvidenceKind.DECLARED, by=1,
        at=make.EVE,
    )  # fmt: skip
    models.StatedFact.objects.create(
        statement=uuid4(), user_id=1, name="income", value_kind="number", value=800,
        kind="declared", observed_at=make.EVE, recorded_by=1,
    )  # fmt: skip
    api.confirm_membership("LDC", "BD", by=make.operator("bo"), note="Seen.", at=make.EVE)
    api.apply(make.applicant(2, "GU"), offering_code=make.COURSE, note="x", at=make.EVE)


def test_these_are_all_tables_that_are_kept():
    named = {getattr(models, name) for name in models.__all__}
    assert {model for model in named if issubclass(model, WrittenOnce)} == set(KEPT)


@pytest.mark.parametrize("model", KEPT, ids=lambda model: model.__name__)
@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=list(ATTEMPTS))
def test_f39_a_row_is_neither_changed_nor_deleted(model, attempt):
    before = rows(model)
    refused = pytest.raises(RowIsKept, match="is written once: it is never changed or deleted")
    with refused, transaction.atomic():
        attempt(model)
    assert rows(model) == before


@pytest.mark.parametrize("model", KEPT, ids=lambda model: model.__name__)
def test_f39_saving_a_row_again_is_refused(model):
    before = rows(model)
    with pytest.raises(RowIsKept):
        model.objects.first().save()
    assert rows(model) == before
