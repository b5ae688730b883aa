"""What somebody says with a step is kept as a whole, or the step is not taken."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial

import pytest

from factories.partnerships import (
    AGREEMENT,
    APPROVER,
    PROMISES,
    SUBMITTER,
    colleague,
    load,
    propose_change,
    put_in_force,
    terms_text,
    version_text,
)
from fairgate.money import Money
from partnerships import api, models
from partnerships.exceptions import PartnershipsError

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
#: What is kept, and the blanks around it are not.
LONGEST = "x" * 255

Step = Callable[[str], object]

pytestmark = pytest.mark.django_db


def submit() -> Step:
    load()
    (version,) = api.list_versions(at=NOW)
    return lambda said: api.submit(version.uuid, by=SUBMITTER, note=said, at=NOW)


def return_to_draft() -> Step:
    submit()("Please")
    (version,) = api.list_versions(at=NOW)
    return lambda said: api.return_to_draft(version.uuid, by=APPROVER, because=said, at=NOW)


def refuse_change() -> Step:
    put_in_force()
    waits = propose_change(at=NOW)
    return lambda said: api.refuse_partner_change(waits.uuid, because=said, by=APPROVER, at=NOW)


def refuse_diligence() -> Step:
    load()
    waits = api.list_proposed_diligence(at=NOW)[0]
    return lambda said: api.refuse_due_diligence(waits.uuid, because=said, by=APPROVER, at=NOW)


def ask_resume() -> Step:
    put_in_force()
    api.suspend(AGREEMENT, by=colleague(), reason="Review", at=NOW)
    return lambda said: api.ask_resume(AGREEMENT, by=SUBMITTER, reason=said, at=NOW)


def refuse_resume() -> Step:
    ask_resume()("Done")
    return lambda said: api.refuse_resume(AGREEMENT, because=said, by=APPROVER, at=NOW)


def ask_end() -> Step:
    put_in_force()
    (version,) = api.list_versions(at=NOW)
    return partial(_ask_end, version.uuid)


def _ask_end(version, said: str) -> int:
    day = date(2027, 1, 31)
    return api.ask_end(version, last_day=day, reason=said, by=SUBMITTER, at=NOW)


def refuse_end() -> Step:
    number = ask_end()("Done")
    return lambda said: api.refuse_end(number, because=said, by=APPROVER, at=NOW)


def refuse_delivery() -> Step:
    put_in_force(terms_text(version_text(promises=PROMISES)))
    (version,) = api.list_versions(at=NOW)
    delivery = api.record_delivery(
        version.uuid, "GRANT", amount=Money("10.00", "USD"), delivered_on=NOW.date(),
        evidence="A letter", by=SUBMITTER, at=NOW,
    )  # fmt: skip
    return lambda said: api.refuse_delivery(delivery, because=said, by=APPROVER, at=NOW)


@pytest.mark.parametrize(
    ("prepare", "model", "column"),
    [
        (submit, models.ReviewRound, "reason"),
        (return_to_draft, models.ReviewRound, "refused_because"),
        (refuse_change, models.PartnerChange, "refused_because"),
        (refuse_diligence, models.DueDiligenceProposal, "refused_because"),
        (ask_resume, models.ResumeRequest, "reason"),
        (refuse_resume, models.ResumeRequest, "refused_because"),
        (ask_end, models.EndRecord, "reason"),
        (refuse_end, models.EndRecord, "refused_because"),
        (refuse_delivery, models.Delivery, "refused_because"),
    ],
)
def test_a_reason_is_kept_as_a_whole_or_refused(prepare, model, column) -> None:
    step = prepare()

    with pytest.raises(PartnershipsError, match="at most 255 characters; this one has 256"):
        step(LONGEST + "y")
    step(f" {LONGEST} ")

    assert model.objects.filter(**{column: LONGEST}).count() == 1
