"""Awards as Open Badges 3.0: what stands in the credential, and what cannot."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

import pytest

from factories.awarded import (
    BEGIN,
    END,
    LIST_URL,
    achievement,
    award,
    issuer,
    recipient,
    signing_key,
    wording,
)
from fairgate_badges import (
    BadgeRefused,
    StatusEntry,
    achievement_document,
    issue,
    issuer_document,
)
from fairgate_badges.base64url import decoded
from fairgate_badges.documents import credential_document

CONTEXT = [
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
]
PROFILE = {
    "id": "https://learn.example.org/badges/issuer",
    "type": ["Profile"],
    "name": "Example School of Water",
    "url": "https://learn.example.org/",
    "image": {"id": "https://learn.example.org/logo.png", "type": "Image"},
}
IN_FRENCH = {
    "id": "https://learn.example.org/badges/gold/fr",
    "type": ["Achievement"],
    "achievementType": "Award",
    "inLanguage": "fr",
    "name": "Partenaire d’or",
    "description": "A soutenu 500 apprenants.",
    "criteria": {
        "id": "https://learn.example.org/partners/tiers",
        "narrative": "Delivered contributions of 50,000 USD within a year.",
    },
    "humanCode": "gold",
    "image": {
        "id": "https://learn.example.org/badges/gold.png",
        "type": "Image",
        "caption": "A golden drop",
    },
    "related": [
        {
            "id": "https://learn.example.org/badges/gold/en",
            "type": ["Related"],
            "inLanguage": "en",
        }
    ],
}
GOLDEN = {
    "@context": CONTEXT,
    "id": "https://learn.example.org/badges/awards/17",
    "type": ["VerifiableCredential", "AchievementCredential"],
    "name": "Partenaire d’or",
    "issuer": PROFILE,
    "validFrom": "2020-01-01T00:00:00Z",
    "credentialSubject": {
        "id": "https://partner.example.net/",
        "type": ["AchievementSubject"],
        "identifier": [
            {
                "type": "IdentityObject",
                "hashed": False,
                "identityHash": "Clean Water e.V.",
                "identityType": "name",
            }
        ],
        "achievement": IN_FRENCH,
    },
    "validUntil": "2999-01-01T00:00:00Z",
    "credentialStatus": {
        "id": "https://learn.example.org/badges/status/1#7",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "7",
        "statusListCredential": "https://learn.example.org/badges/status/1",
    },
}


def parts_of(token):
    header, payload, _ = token.split(".")
    return json.loads(decoded(header)), json.loads(decoded(payload))


def test_the_golden_example():
    header, payload = parts_of(issue(award(), key=signing_key(), language="fr"))

    assert header == {"alg": "RS256", "kid": signing_key().public.kid, "typ": "JWT"}
    assert payload == GOLDEN | {
        "iss": "https://learn.example.org/badges/issuer",
        "sub": "https://partner.example.net/",
        "jti": "https://learn.example.org/badges/awards/17",
        "nbf": 1577836800,
        "exp": 32472144000,
    }


def test_the_same_award_and_key_give_the_same_text():
    assert issue(award(), key=signing_key(), language="fr") == issue(
        award(), key=signing_key(), language="fr"
    )


def test_profile_and_achievement_are_published_as_they_stand_in_the_credential():
    assert issuer_document(issuer()) == {"@context": CONTEXT, **PROFILE}
    assert achievement_document(achievement(), language="fr") == {"@context": CONTEXT, **IN_FRENCH}


def test_a_language_that_is_not_there_is_the_first_one():
    document = credential_document(award(), language="sw")

    assert document["name"] == "Gold partner"


def test_what_is_not_known_is_left_out():
    plain = award(
        issuer=issuer(image=""),
        achievement=achievement(wordings=(wording(),), caption="", criteria_page=""),
        valid_until=None,
        status=None,
    )

    document = credential_document(plain, language="en")

    assert not {"validUntil", "credentialStatus"} & set(document)
    assert "image" not in document["issuer"]
    assert not {"related"} & set(document["credentialSubject"]["achievement"])
    assert set(document["credentialSubject"]["achievement"]["criteria"]) == {"narrative"}
    assert "exp" not in parts_of(issue(plain, key=signing_key(), language="en"))[1]


def test_a_moment_of_another_zone_is_written_in_utc():
    in_geneva = datetime(2020, 1, 1, 1, tzinfo=timezone(timedelta(hours=1)))

    assert credential_document(award(valid_from=in_geneva), language="en")["validFrom"] == (
        "2020-01-01T00:00:00Z"
    )


def test_a_recipient_may_be_named_by_a_did():
    document = credential_document(
        award(recipient=recipient(id="did:web:partner.example.net")), language="en"
    )

    assert document["credentialSubject"]["id"] == "did:web:partner.example.net"


@pytest.mark.parametrize(
    "person", ["mailto:ana@partner.example.net", "ana@partner.example.net", "", "tel:+4122"]
)
def test_a_recipient_is_never_named_by_a_persons_mailbox(person):
    with pytest.raises(BadgeRefused, match="named by an https address or a DID"):
        recipient(id=person)


@pytest.mark.parametrize(
    "address",
    [
        "http://learn.example.org/",
        "https://",
        "https://ana:secret@learn.example.org/",
        "https://learn.example.org/a b",
        "https://learn.example.org/\n",
        "https://[learn",
        "javascript:alert(1)",
        "https://learn.example.org/" + "a" * 2000,
    ],
)
def test_an_address_is_one_that_anybody_can_open(address):
    with pytest.raises(BadgeRefused, match="is no https address"):
        issuer(id=address)


def test_an_error_shows_no_control_characters_and_no_endless_text():
    with pytest.raises(BadgeRefused) as refused:
        issuer(url="\x1b[31m" + "a" * 5000)

    assert "\x1b" not in str(refused.value)
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (" \n", "is empty"),
        ("a" * 301, "has 301 letters; 300 are possible"),
        ("Go\x00ld", "characters that cannot be printed"),
        ("Gold \ud800", "characters that cannot be printed"),
    ],
)
def test_a_name_is_a_text_that_can_be_printed(text, why):
    with pytest.raises(BadgeRefused, match=why):
        wording(name=text)


def test_a_language_is_written_as_the_specification_wants():
    assert wording("pt-BR").language == "pt-BR"
    with pytest.raises(BadgeRefused, match="“pt_br” is no language code"):
        wording("pt_br")


def test_an_achievement_has_a_name_and_each_language_once():
    with pytest.raises(BadgeRefused, match="no name in any language"):
        achievement(wordings=())
    with pytest.raises(BadgeRefused, match="the same language"):
        achievement(wordings=(wording("en"), wording("en", id="https://learn.example.org/2")))
    with pytest.raises(BadgeRefused, match="the same address"):
        achievement(wordings=(wording("en"), wording("fr", id=wording("en").id)))


@pytest.mark.parametrize(
    ("period", "why"),
    [
        ({"valid_from": datetime(2020, 1, 1)}, "The beginning of the award has no time zone"),  # noqa: DTZ001
        ({"valid_until": END + timedelta(microseconds=1)}, "has a fraction of a second"),
        ({"valid_until": BEGIN}, "ends before it begins"),
    ],
)
def test_a_period_has_an_order_a_zone_and_whole_seconds(period, why):
    with pytest.raises(BadgeRefused, match=why):
        award(**period)


@pytest.mark.parametrize("place", [-1, 8 * 1024 * 1024])
def test_a_place_on_a_list_is_there(place):
    with pytest.raises(BadgeRefused, match="has no place"):
        StatusEntry(list_url=LIST_URL, index=place)


def test_the_address_of_a_list_names_no_part_of_it():
    with pytest.raises(BadgeRefused, match="has no “#”"):
        StatusEntry(list_url=LIST_URL + "#1", index=1)
