"""The agreement as a paper: everything that was agreed, and the checksum of the text."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse

import reading_pdfs
from factories.partnerships import (
    COURSE,
    PROMISES,
    load_approved,
    put_in_force,
    sign_paper,
    terms_text,
    version_text,
)
from fairgate import clock
from partnerships import api, exceptions

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
FOLLOWS = "    follows: {version: 1, amendment: 1, reason: More seats}\n"
LATER = {"version": 2, "valid_from": "2027-10-01", "valid_until": "2028-09-30"}
NOWHERE = UUID("00000000-0000-0000-0000-000000000001")
LANGUAGES = ("ar", "en", "es", "fr", "ru", "zh-hans")

pytestmark = pytest.mark.django_db

GOLDEN = """\
Partnership agreement
GSMA-SPECTRUM / 2
Host
The Union
Partner
GSM Association
Private sector
https://www.gsma.example/
Agreement
GSMA-SPECTRUM
Version
2
Amendment
1
Follows version
1
First day (UTC)
1 October 2027
Last day (UTC)
30 September 2028
Why this version follows
More seats
What changed
valid_from
2026-10-01
2027-10-01
contributions.GRANT.amount
20000.00
25000.00
Goals
Train 200 regulators of LDC and SIDS.
Courses
course-v1:ATC+SPECTRUM101+2026_T4
Roles
GSMA
Co-host
Regional Academy
Host of the venue
Obligations
A lab for 40 people
15 January 2027
A report on learners
31 January 2027, and each 3 months after
Contributions
A grant
Cash
USD 25,000.00
Days of experts (valued as: 12 days at 650.00)
In kind
USD 7,800.00
Expected outcomes
Regulators trained (people)
Increase
10
200
Shares of the net receipts
Waiver fund
5 / 25
9 / 25
6 / 25
Revenue
20
everybody in proportion
Smallest payout
USD 25.00
Signatures
G. Partner
H. Host
1 August 2026 09:00:00
On paper
Agreed text
SHA-256"""


@pytest.fixture(autouse=True)
def _host(settings):
    settings.PARTNERSHIPS_HOST_NAME = "The Union"
    clock.use(lambda: NOW)
    yield
    clock.use(None)


def amended():
    second = version_text(promises=PROMISES.replace("20000.00", "25000.00") + FOLLOWS, **LATER)
    return put_in_force(terms_text(version_text(promises=PROMISES), second))[1]


def test_the_paper_says_everything_that_was_agreed_and_the_checksum():
    version = amended()

    file = api.agreement_paper(version.uuid, language="en", at=NOW)

    whole = reading_pdfs.text(file)
    missing = [line for line in GOLDEN.splitlines() if reading_pdfs.bare(line) not in whole]
    assert missing == []
    assert version.checksum in whole
    assert "DRAFT" not in whole
    assert reading_pdfs.reader(file).trailer["/Root"]["/MarkInfo"]["/Marked"].value is True
    assert file == api.agreement_paper(version.uuid, language="en", at=NOW)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_paper_is_made_in_every_language_of_the_union(language):
    version = amended()

    file = api.agreement_paper(version.uuid, language=language, at=NOW)

    assert reading_pdfs.reader(file).trailer["/Root"]["/Lang"] in (language, language[:2])
    assert COURSE in reading_pdfs.text(file)


def test_what_is_not_signed_by_both_says_so():
    (version,) = load_approved()
    sign_paper(version.uuid, "host", by="H. Host", at=NOW)

    whole = reading_pdfs.text(api.agreement_paper(version.uuid, language="en", at=NOW))

    assert reading_pdfs.bare("This agreement is not signed by both sides.") in whole
    assert reading_pdfs.bare("H. Host") in whole
    with pytest.raises(exceptions.UnknownVersion):
        api.agreement_paper(NOWHERE, language="en", at=NOW)


def test_the_paper_is_for_the_partners_people_and_for_colleagues(client):
    version = amended()
    url = reverse("partnerships:agreement_paper", args=[version.uuid])
    assert client.get(url).status_code == 404
    user = User.objects.create_user("grace")
    client.force_login(user)
    assert client.get(url).status_code == 404
    api.add_person(user.pk, partner_code="GSMA", role="officer", at=NOW)

    answer = client.get(url)

    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert 'filename="GSMA-SPECTRUM-2.pdf"' in answer["Content-Disposition"]
    assert answer.content.startswith(b"%PDF-")
    api.remove_person(user.pk, partner_code="GSMA")
    user.user_permissions.add(*Permission.objects.filter(codename="view_agreement"))
    assert client.get(url).status_code == 200
    assert client.get(reverse("partnerships:agreement_paper", args=[NOWHERE])).status_code == 404
