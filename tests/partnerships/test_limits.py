"""How much a partner's people may record on a day, and how they are told that it is enough."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from factories.partnerships import (
    APPROVER,
    LONG_AGO,
    PROMISES,
    account,
    load_approved,
    put_in_force,
    terms_text,
    version_text,
)
from fairgate import clock
from fairgate.money import Money
from partnerships import api, models, rules
from partnerships.data import DayLimit, Sent
from partnerships.exceptions import RecordRefused, TooManyRecords

pytestmark = pytest.mark.django_db

NOW = datetime(2027, 2, 1, 12, tzinfo=UTC)
LAST_SECOND = datetime(2027, 2, 1, 23, 59, 59, tzinfo=UTC)
NEXT_DAY = datetime(2027, 2, 2, tzinfo=UTC)
GRACE, ADA, VENUE, COLLEAGUE = 41, 42, 43, 44
DAY = date(2027, 1, 10)
PDF = b"%PDF-1.7 a report"
OF_THE_VENUE = PROMISES.replace("code: EXPERTS, from: GSMA", "code: EXPERTS, from: ATC")


@pytest.fixture(autouse=True)
def moment() -> Iterator[None]:
    clock.use(lambda: NOW)
    yield
    clock.use(None)


@pytest.fixture
def version():
    """An agreement of GSMA in force, under which ATC gives something too, with their people."""
    found = put_in_force(terms_text(version_text(promises=OF_THE_VENUE)))[0]
    for number, code in ((GRACE, "GSMA"), (ADA, "GSMA"), (VENUE, "ATC")):
        api.add_person(account(number), partner_code=code, role="officer", at=LONG_AGO)
    return found


def deliver(version, by=GRACE, *, code="GRANT", at=NOW, **more):
    return api.record_delivery(
        version.uuid,
        code,
        amount=Money(5, "USD"),
        delivered_on=DAY,
        evidence="Transfer 9",
        by=by,
        at=at,
        **more,
    )


def fulfil(version, by=GRACE, **more):
    return api.record_fulfilment(
        version.uuid, "ROOM", due=date(2027, 1, 15), fulfilled_on=DAY, evidence="Letter 7",
        by=by, at=NOW, **more,
    )  # fmt: skip


def report(version, by=GRACE):
    return api.record_actual(
        version.uuid, "TRAINED", on=DAY, value=Decimal(42), source="Report 1", by=by, at=NOW
    )


# --- What is counted ------------------------------------------------------------------------------


def test_a_person_records_so_much_on_a_day_whatever_it_is(version, settings):
    settings.PARTNERSHIPS_RECORDS_PER_DAY = 3
    deliver(version)
    fulfil(version)
    report(version)

    with pytest.raises(TooManyRecords, match="records by one person is reached: 3") as refused:
        deliver(version)

    assert refused.value.fault == "PERSON_RECORDS"
    assert models.Delivery.objects.count() == 1
    deliver(version, ADA)


def test_the_day_ends_at_midnight_utc(version, settings):
    settings.PARTNERSHIPS_RECORDS_PER_DAY = 1
    deliver(version)

    with pytest.raises(TooManyRecords) as refused:
        deliver(version, at=LAST_SECOND)

    assert refused.value.wait == 1
    deliver(version, at=NEXT_DAY)
    assert models.SentOnDay.objects.get().records == 1


def test_all_people_of_a_partner_together_record_so_much(version, settings):
    settings.PARTNERSHIPS_PARTNER_RECORDS_PER_DAY = 2
    deliver(version)
    deliver(version, ADA)

    with pytest.raises(TooManyRecords, match="records by one partner is reached: 2"):
        deliver(version, ADA)
    deliver(version, VENUE, code="EXPERTS")


def test_a_person_sends_so_many_files(version, settings):
    settings.PARTNERSHIPS_EVIDENCE_FILES_PER_DAY = 1
    deliver(version, file=PDF)

    with pytest.raises(TooManyRecords, match="files by one person is reached: 1"):
        deliver(version, file=PDF)

    assert models.EvidenceFile.objects.count() == 1
    deliver(version)
    deliver(version, ADA, file=PDF)


def test_all_people_of_a_partner_together_send_so_many_files(version, settings):
    settings.PARTNERSHIPS_PARTNER_EVIDENCE_FILES_PER_DAY = 1
    deliver(version, file=PDF)

    with pytest.raises(TooManyRecords, match="files by one partner is reached: 1"):
        fulfil(version, ADA, file=PDF)


def test_what_is_sent_again_is_not_counted_again(version, settings):
    settings.PARTNERSHIPS_RECORDS_PER_DAY = 1

    first = deliver(version, key="41:a")

    assert deliver(version, key="41:a") == first


def test_what_was_refused_is_not_counted(version, settings):
    settings.PARTNERSHIPS_RECORDS_PER_DAY = 1

    with pytest.raises(RecordRefused, match="has not come yet"):
        api.record_delivery(
            version.uuid, "GRANT", amount=Money(5, "USD"), delivered_on=date(2027, 2, 2),
            evidence="Transfer 9", by=GRACE, at=NOW,
        )  # fmt: skip

    deliver(version)


def test_a_colleague_of_the_host_is_not_counted(version, settings):
    settings.PARTNERSHIPS_RECORDS_PER_DAY = 1

    deliver(version, COLLEAGUE)
    deliver(version, COLLEAGUE)

    assert not models.SentOnDay.objects.exists()


def test_a_signature_is_counted(settings):
    settings.PARTNERSHIPS_RECORDS_PER_DAY = 1
    signed, waits = load_approved(
        terms_text(
            version_text(promises=PROMISES), version_text(agreement="SECOND", revenue="")
        )
    )  # fmt: skip
    api.add_person(account(GRACE), partner_code="GSMA", role="signatory", by=APPROVER, at=LONG_AGO)
    api.consent(signed.uuid, user_id=GRACE, checksum=signed.checksum, at=NOW)

    with pytest.raises(TooManyRecords):
        api.consent(waits.uuid, user_id=GRACE, checksum=waits.checksum, at=NOW)

    assert models.Signature.objects.count() == 1
    api.consent(waits.uuid, user_id=GRACE, checksum=waits.checksum, at=NOW + timedelta(days=1))


def test_who_leaves_the_platform_is_counted_no_more(version):
    deliver(version)

    api.forget_user(GRACE)

    assert not models.SentOnDay.objects.exists()


FEW = Sent(records=1, files=1)
LIMITS = dict.fromkeys(DayLimit, 1)


@pytest.mark.parametrize(
    ("person", "everybody", "limit"),
    [
        (FEW, FEW, None),
        (FEW + Sent(records=1, files=0), FEW + FEW, DayLimit.PERSON_RECORDS),
        (FEW, FEW + FEW, DayLimit.PARTNER_RECORDS),
        (FEW + Sent(records=0, files=1), FEW + Sent(records=0, files=1), DayLimit.PERSON_FILES),
        (FEW, FEW + Sent(records=0, files=1), DayLimit.PARTNER_FILES),
    ],
)
def test_the_first_limit_that_is_passed_is_told(person, everybody, limit):
    assert rules.limit_reached(person, everybody, limits=LIMITS) is limit


# --- How it is told -------------------------------------------------------------------------------


@pytest.fixture
def grace(client, version) -> Client:
    """A browser of somebody who may record one thing a day."""
    client.force_login(User.objects.get(pk=GRACE))
    return client


def told(**more):
    return {
        "key": str(uuid4()), "day": "2027-01-10", "amount": "500.00", "evidence": "Transfer 9",
        **more,
    }  # fmt: skip


def test_a_page_says_so_and_keeps_what_was_typed(grace, version, settings):
    settings.PARTNERSHIPS_RECORDS_PER_DAY = 1
    page = f"/fairgate/partners/GSMA/agreements/{version.uuid}/contributions/GRANT/"
    grace.post(page, told())

    answer = grace.post(page, told(evidence="Transfer 10"))

    assert answer.status_code == 429
    assert answer["Retry-After"] == str(12 * 3600)
    assert "limit of records by one person is reached: 1" in answer.content.decode()
    assert "Transfer 10" in answer.content.decode()
    assert models.Delivery.objects.count() == 1


def test_a_page_says_that_a_file_is_one_too_many(grace, version, settings):
    settings.PARTNERSHIPS_EVIDENCE_FILES_PER_DAY = 1
    page = f"/fairgate/partners/GSMA/agreements/{version.uuid}/contributions/GRANT/"
    deliver(version, file=PDF)

    answer = grace.post(page, told(file=SimpleUploadedFile("a.pdf", PDF)))

    assert answer.status_code == 429
    assert "Please record it without the file" in answer.content.decode()


def test_who_cannot_sign_today_is_told(client, settings):
    settings.PARTNERSHIPS_RECORDS_PER_DAY = 1
    signed, waits = load_approved(
        terms_text(
            version_text(promises=PROMISES), version_text(agreement="SECOND", revenue="")
        )
    )  # fmt: skip
    api.add_person(account(GRACE), partner_code="GSMA", role="signatory", by=APPROVER, at=LONG_AGO)
    api.consent(signed.uuid, user_id=GRACE, checksum=signed.checksum, at=NOW)
    client.force_login(User.objects.get(pk=GRACE))
    page = f"/fairgate/partners/GSMA/agreements/{waits.uuid}/consent/"

    answer = client.post(page, {"checksum": waits.checksum, "agreed": "on"}, follow=True)

    assert "limit of records by one person is reached: 1" in answer.content.decode()
    assert models.Signature.objects.count() == 1


def test_a_program_is_told_when_to_come_again(grace, version, settings):
    settings.PARTNERSHIPS_RECORDS_PER_DAY = 1
    deliver(version)

    answer = grace.post(
        f"/fairgate/partners/api/v1/agreements/{version.uuid}/deliveries/",
        {"code": "GRANT", "amount": "5.00", "currency": "USD", "delivered_on": "2027-01-10",
         "evidence": "Transfer 9"},
        HTTP_IDEMPOTENCY_KEY=str(uuid4()),
    )  # fmt: skip

    assert answer.status_code == 429
    assert (answer.json()["code"], answer.json()["fault"]) == ("TooManyRecords", "person_records")
    assert int(answer["Retry-After"]) == 12 * 3600 + 1
