"""What verifiers that nobody here wrote say of our badges."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

import other_verifiers
from factories.awarded import (
    BEGIN,
    END,
    LIST_URL,
    NOW,
    SECOND,
    SVG,
    award,
    other_key,
    png,
    recipient,
    rfc_pem,
    signed_list,
    signing_key,
    status_list,
)
from fairgate_badges import StatusEntry, StatusPurpose, bake, issue, issue_status_list
from fairgate_badges.documents import credential_document
from fairgate_badges.status_lists import status_list_document

# Their clock is that of the machine, so these awards ended long ago, or end in a far future.
LONG_AGO = datetime(2021, 1, 1, tzinfo=UTC)
PICTURES = pytest.mark.parametrize("picture", [png(), SVG], ids=["png", "svg"])


def openbadgeslib(picture=None, token=None, pages=None, **asked):
    token = token or issue(award(), key=signing_key(), language="fr")
    public = load_pem_private_key(rfc_pem(), None).public_key()
    question = {
        "picture": base64.b64encode(bake(picture or png(), token)).decode(),
        "public_key": public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
        "recipient": recipient().id,
        "pages": {LIST_URL: signed_list()} if pages is None else pages,
        **asked,
    }
    return other_verifiers.openbadgeslib_says(**question)


@pytest.mark.openbadgeslib
@PICTURES
def test_openbadgeslib_finds_our_badge_in_the_picture_and_believes_it(picture):
    assert openbadgeslib(picture) == {
        "valid": True,
        "proof": "vc-jwt",
        "reason": None,
        "name": "Partenaire d’or",
        "issuer": award().issuer.id,
    }


@pytest.mark.openbadgeslib
@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (lambda: {"pages": {LIST_URL: signed_list(7)}}, "'revocation' is set at index 7"),
        (lambda: {"pages": {LIST_URL: signed_list(valid_until=LONG_AGO)}}, "expired"),
        (
            lambda: {"pages": {LIST_URL: issue_status_list(status_list(), key=other_key())}},
            "proof is invalid",
        ),
        (lambda: {"pages": {}}, "could not fetch status list"),
        (
            lambda: {"token": issue(award(valid_until=LONG_AGO), key=signing_key(), language="en")},
            "Credential has expired",
        ),
        (
            lambda: {"token": issue(award(), key=other_key(), language="en")},
            "Invalid signature",
        ),
        (lambda: {"recipient": "https://somebody.example.net/"}, "Recipient mismatch"),
    ],
    ids=["revoked", "old list", "forged list", "no list", "expired", "other key", "other partner"],
)
def test_openbadgeslib_refuses_what_we_refuse(asked, reason):
    answer = openbadgeslib(**asked())

    assert not answer["valid"]
    assert reason in answer["reason"]


@pytest.mark.openbadgeslib
def test_openbadgeslib_refuses_a_badge_that_was_changed():
    head, payload, signature = issue(award(), key=signing_key(), language="en").split(".")
    changed = json.loads(base64.urlsafe_b64decode(payload + "=="))
    changed["credentialSubject"]["achievement"]["name"] = "Platinum partner"
    payload = base64.urlsafe_b64encode(json.dumps(changed).encode()).rstrip(b"=").decode()

    answer = openbadgeslib(token=f"{head}.{payload}.{signature}")

    assert "Invalid signature" in answer["reason"]


def digital_credentials(*marked, at=NOW, language="en", **changes):
    return other_verifiers.digital_credentials_say(
        credential=credential_document(award(**changes), language=language),
        list=status_list_document(status_list(*marked)),
        at=at.isoformat(),
    )


@pytest.mark.digital_credentials
def test_every_term_of_our_badge_is_defined_and_its_form_is_that_of_the_w3c():
    answer = digital_credentials()

    assert answer["types"] == [
        "https://www.w3.org/2018/credentials#VerifiableCredential",
        "https://purl.imsglobal.org/spec/vc/ob/vocab.html#OpenBadgeCredential",
    ]
    assert answer["refused"] is None
    assert answer["error"] is None


@pytest.mark.digital_credentials
def test_the_consortium_reads_our_status_list():
    assert digital_credentials(6, 8)["counts"]
    assert not digital_credentials(7)["counts"]
    assert digital_credentials(7)["error"] is None


@pytest.mark.digital_credentials
def test_the_consortium_sees_the_period_as_we_do():
    assert 'is before "validFrom"' in digital_credentials(at=BEGIN - SECOND)["refused"]
    assert digital_credentials(at=BEGIN)["refused"] is None
    assert digital_credentials(at=END - SECOND)["refused"] is None
    assert 'is after "validUntil"' in digital_credentials(at=END + SECOND)["refused"]


@pytest.mark.digital_credentials
def test_a_list_of_another_purpose_is_not_taken():
    entry = StatusEntry(list_url=LIST_URL, index=7, purpose=StatusPurpose.SUSPENSION)

    assert digital_credentials(7, status=entry)["error"]
