"""A code in other letters is nobody's: no database decides which letters are the same."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from factories import brand
from factories.partnerships import (
    AGREEMENT,
    COURSE,
    PROMISES,
    account,
    put_in_force,
    terms_text,
    version_text,
)
from fairgate.money import Money
from partnerships import api, models
from partnerships.data import Promotion, PromotionPlace
from partnerships.exceptions import UnknownRecord, UnknownVersion

pytestmark = pytest.mark.django_db

NOW = datetime(2027, 2, 1, 12, tzinfo=UTC)
GRACE = 41
#: The venue gives its rooms under the agreement of GSMA.
OF_THE_VENUE = PROMISES.replace("code: EXPERTS, from: GSMA", "code: EXPERTS, from: ATC")
LINE = Promotion(
    place=PromotionPlace.COURSE,
    course=COURSE,
    language="en",
    text="Free reports on spectrum",
    url="https://www.gsma.example/",
    first_day=date(2027, 2, 1),
    last_day=date(2027, 9, 30),
)
LOOKS = {
    "role of a user": lambda code: api.role_of(GRACE, code),
    "people": api.people,
    "contacts": api.contacts,
    "due diligence": lambda code: api.due_diligence(code, at=NOW),
    "pictures": lambda code: api.list_pictures(partner_code=code, at=NOW),
    "promotions": lambda code: api.list_promotions(code, at=NOW),
    "versions": lambda code: api.list_versions(at=NOW, partner_code=code),
    "marks": lambda code: api.placements(at=NOW, partner_code=code),
    "gifts under other agreements": lambda code: api.given_elsewhere(code, at=NOW),
}


@pytest.fixture
def version():
    """Two partners of whom everything is known, and an agreement in force."""
    found = put_in_force(terms_text(version_text(promises=OF_THE_VENUE)))[0]
    for partner in ("GSMA", "ATC"):
        api.add_person(account(GRACE), partner_code=partner, role="officer", at=NOW)
        brand.approved(partner)
    api.propose_promotion(found.uuid, LINE, by=GRACE, at=NOW)
    return found


@pytest.mark.parametrize("what", LOOKS)
@pytest.mark.usefixtures("version")
def test_of_a_partner_in_other_letters_nothing_is_found(what):
    code = "ATC" if what == "gifts under other agreements" else "GSMA"
    others = (code.lower(), code.title(), code.replace("A", "\u00c1"))

    assert LOOKS[what](code)
    assert [len(LOOKS[what](other)) for other in others] == [0, 0, 0]


@pytest.mark.parametrize("code", ["grant", "Grant", "GR\u00c1NT"])
def test_what_is_recorded_of_a_promise_in_other_letters_is_refused(version, code):
    with pytest.raises(UnknownRecord, match=f"promises no “{code}”"):
        api.record_delivery(
            version.uuid, code, amount=Money(5, "USD"), delivered_on=date(2027, 1, 10),
            evidence="Transfer 9", by=GRACE, at=NOW,
        )  # fmt: skip

    assert not models.Delivery.objects.exists()


@pytest.mark.parametrize("code", [AGREEMENT.lower(), AGREEMENT.replace("A", "\u00c1")])
def test_an_agreement_in_other_letters_is_not_suspended(version, code):
    with pytest.raises(UnknownVersion, match=f"no agreement “{code}”"):
        api.suspend(code, by="olga", reason="Review", at=NOW)

    assert api.version(version.uuid, at=NOW).is_in_force
