"""Verifying: signature, issuer, period and status, and a sentence for each thing that is wrong."""

from __future__ import annotations

import hashlib
import hmac
import json
import zlib
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factories.awarded import (
    BEGIN,
    END,
    ISSUER_ID,
    LIST_URL,
    NOW,
    RFC_N,
    SECOND,
    award,
    other_key,
    published,
    signed_list,
    signing_key,
    status_list,
)
from fairgate_badges import (
    BadgeRefused,
    Claims,
    Fault,
    StatusEntry,
    StatusPurpose,
    issue,
    issue_status_list,
    verify,
)
from fairgate_badges.base64url import decoded, encoded
from fairgate_badges.claims import with_registered_claims
from fairgate_badges.documents import credential_document
from fairgate_badges.status_lists import status_list_document
from fairgate_badges.tokens import signed

TOKEN = issue(award(), key=signing_key(), language="en")
CLEAN = signed_list()
PACKED = status_list_document(status_list())["credentialSubject"]["encodedList"]
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."


def check(token=TOKEN, at=NOW, status=CLEAN, keys=None):
    return verify(token, keys=keys or published(), at=at, status_list=status)


def forged(header=None, payload=None, key=None):
    """The award with another header or payload, signed by the right key all the same."""
    key = key or signing_key()
    head, body, _ = (decoded(part) for part in TOKEN.split("."))
    head = json.dumps(header).encode() if isinstance(header, dict) else header or head
    body = body if payload is None else payload
    message = f"{encoded(head)}.{encoded(body)}"
    return f"{message}.{encoded(key.sign(message.encode()))}"


def changed(**changes):
    """A document that the issuer did sign, but that no honest program makes."""
    document = with_registered_claims(credential_document(award(), language="en"))
    return signed({**document, **changes}, key=signing_key())


def header(**changes):
    return {"alg": "RS256", "kid": signing_key().public.kid, "typ": "JWT", **changes}


def test_an_award_in_its_period_counts_and_says_what_it_is():
    verdict = check()

    assert verdict.is_valid
    assert verdict.findings == ()
    assert verdict.claims == Claims(
        id="https://learn.example.org/badges/awards/17",
        issuer_id=ISSUER_ID,
        issuer_name="Example School of Water",
        recipient_id="https://partner.example.net/",
        recipient_name="Clean Water e.V.",
        achievement_id="https://learn.example.org/badges/gold/en",
        achievement_name="Gold partner",
        language="en",
        tier="gold",
        valid_from=BEGIN,
        valid_until=END,
        status=StatusEntry(list_url=LIST_URL, index=7),
    )


@given(place=st.integers(0, len(TOKEN) - 1), letter=st.sampled_from(LETTERS))
def test_no_letter_of_a_credential_can_be_changed(place, letter):
    tampered = TOKEN[:place] + letter + TOKEN[place + 1 :]

    assert check(tampered).is_valid == (tampered == TOKEN)


@given(start=st.integers(0, len(TOKEN)), size=st.integers(1, 400))
def test_no_part_of_a_credential_can_be_left_out(start, size):
    cut = TOKEN[:start] + TOKEN[start + size :]

    assert check(cut).is_valid == (cut == TOKEN)


@given(st.text(max_size=300) | st.from_regex(r"[\w-]{0,40}\.[\w-]{0,40}\.[\w-]{0,40}"))
def test_any_other_text_is_no_credential(text):
    assert not check(text).is_valid


@given(st.binary(max_size=200))
def test_any_bytes_that_the_issuer_signed_get_a_verdict(payload):
    assert check(forged(payload=payload)).findings


def test_a_key_of_somebody_else_is_unknown_and_nothing_is_believed():
    verdict = check(issue(award(), key=other_key(), language="en"))

    assert verdict.faults == (Fault.KEY,)
    assert verdict.claims is None
    assert verdict.findings[0].sentence == (
        "It is signed by a key that the issuer does not publish."
    )


def test_the_name_of_a_key_does_not_make_its_signature():
    assert check(forged(key=other_key())).faults == (Fault.SIGNATURE,)


def test_a_key_that_comes_along_is_not_believed():
    ours = other_key().public.document(issuer=ISSUER_ID)

    assert check(forged(header=header(jwk=ours), key=other_key())).faults == (Fault.SIGNATURE,)
    assert check(forged(header=header(jwk=ours, kid=None), key=other_key())).faults == (Fault.KEY,)


@pytest.mark.parametrize("algorithm", ["none", "HS256", "PS256", "rs256", None, ["RS256"]])
def test_the_credential_does_not_choose_its_algorithm(algorithm):
    assert check(forged(header=header(alg=algorithm))).faults == (Fault.ALGORITHM,)


def test_a_public_key_is_no_shared_secret():
    message = f"{encoded(json.dumps(header(alg='HS256')).encode())}.{TOKEN.split('.')[1]}"
    mac = hmac.new(decoded(RFC_N), message.encode(), hashlib.sha256).digest()

    assert check(f"{message}.{encoded(mac)}").faults == (Fault.ALGORITHM,)


def test_an_extension_that_must_be_understood_is_not():
    assert check(forged(header=header(crit=["exp"]))).faults == (Fault.ALGORITHM,)


def test_the_same_signature_is_written_in_one_way_only():
    last = TOKEN[-1]
    twin = LETTERS[LETTERS.index(last) + 1]

    assert check(TOKEN[:-1] + twin).faults == (Fault.FORMAT,)
    assert check(TOKEN + "=").faults == (Fault.FORMAT,)


@pytest.mark.parametrize(
    "text",
    ["", "a.b", "a.b.c.d", "é.é.é", "..", "x" * (3 * 1024 * 1024), f"{encoded(b'[]')}.YQ.YQ"],
)
def test_a_text_without_a_signature_is_no_credential(text):
    assert check(text).faults == (Fault.FORMAT,)


@pytest.mark.parametrize(
    "head", [b"[" * 100_000, b'{"alg":"RS256","alg":"none"}', b'{"a":NaN}', b"\xff", b"{"]
)
def test_a_header_is_strict_json(head):
    assert check(forged(header=head)).faults == (Fault.FORMAT,)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"iss": "https://other.example.org/"}, "claims .* differ"),
        ({"sub": "https://other.example.org/"}, "claims .* differ"),
        ({"jti": "https://other.example.org/"}, "claims .* differ"),
        ({"nbf": 1}, "claims .* differ"),
        ({"exp": 99999999999}, "claims .* differ"),
        ({"validUntil": "9999-01-01T00:00:00Z"}, "claims .* differ"),
        ({"@context": "https://www.w3.org/ns/credentials/v2"}, "data model 2.0"),
        ({"@context": ["https://www.w3.org/2018/credentials/v1"]}, "data model 2.0"),
        ({"type": ["VerifiableCredential"]}, "another kind"),
        ({"type": ["AchievementCredential", {}]}, "another kind"),
        ({"type": "AchievementCredential"}, "another kind"),
        ({"validFrom": "2020-01-01T00:00:00"}, "lacks an issuer"),
        ({"validFrom": "0001-01-01T00:00:00+23:00"}, "lacks an issuer"),
        ({"validFrom": 5}, "lacks an issuer"),
        ({"issuer": {"name": "nobody"}}, "lacks an issuer"),
        ({"id": None, "jti": None}, "no readable Open Badge"),
        ({"credentialSubject": {"id": "https://partner.example.net/"}}, "no readable Open Badge"),
        ({"credentialStatus": []}, "no readable Open Badge"),
        ({"credentialStatus": {"type": "BitstringStatusListEntry"}}, "no readable Open Badge"),
    ],
)
def test_what_the_issuer_signed_has_to_be_an_open_badge(changes, why):
    verdict = check(changed(**changes))

    assert verdict.faults == (Fault.CONTENT,)
    assert verdict.claims is None
    with pytest.raises(AssertionError, match=why):
        raise AssertionError(verdict.findings[0].sentence)


@pytest.mark.parametrize("index", ["-1", "٣", "²", "", "7.0", "1" * 5_000])
def test_a_place_on_a_list_is_a_number(index):
    entry = {**credential_document(award(), language="en")["credentialStatus"]}

    assert check(changed(credentialStatus={**entry, "statusListIndex": index})).faults == (
        Fault.CONTENT,
    )


def test_a_status_of_an_unknown_kind_is_not_passed_over():
    entry = {"id": LIST_URL, "type": "1EdTechRevocationList"}

    assert check(changed(credentialStatus=entry)).faults == (Fault.STATUS_UNKNOWN,)


def test_an_issuer_signs_for_nobody_else():
    token = issue(award(), key=signing_key(), language="en")

    verdict = check(token, keys=published(issuer="https://other.example.org/"))

    assert verdict.faults == (Fault.ISSUER,)
    assert verdict.claims is None


@pytest.mark.parametrize(
    ("at", "faults"),
    [
        (BEGIN - SECOND, (Fault.NOT_YET,)),
        (BEGIN, ()),
        (END - SECOND, ()),
        (END - timedelta(microseconds=1), ()),
        (END, (Fault.EXPIRED,)),
    ],
)
def test_f37_an_award_counts_from_its_first_moment_until_before_its_end(at, faults):
    status = signed_list(valid_from=BEGIN - timedelta(days=1), valid_until=END + timedelta(days=1))

    assert check(at=at, status=status).faults == faults


def test_an_award_that_has_expired_still_says_what_it_was():
    verdict = check(
        issue(award(valid_until=NOW, status=None), key=signing_key(), language="en"), at=NOW
    )

    assert not verdict.is_valid
    assert verdict.claims.achievement_name == "Gold partner"
    assert verdict.findings[0].sentence == "It counted until 2026-11-01T12:00:00Z."


def test_an_award_without_end_has_none():
    token = issue(award(valid_until=None, status=None), key=signing_key(), language="en")

    assert check(token, at=END + timedelta(days=300_000)).is_valid


def test_a_moment_without_a_zone_is_no_moment():
    with pytest.raises(BadgeRefused, match="has no time zone"):
        check(at=datetime(2026, 1, 1))  # noqa: DTZ001


def test_a_revoked_award_does_not_count():
    verdict = check(status=signed_list(7))

    assert verdict.faults == (Fault.REVOKED,)
    assert verdict.findings[0].sentence == "The issuer has revoked it."
    assert verdict.claims.id == award().id


@given(st.sets(st.integers(0, 131_071), max_size=20), st.integers(0, 131_071))
def test_exactly_those_on_the_list_are_revoked(marked, index):
    token = issue(
        award(status=StatusEntry(list_url=LIST_URL, index=index)),
        key=signing_key(),
        language="en",
    )

    assert (Fault.REVOKED in check(token, status=signed_list(*marked)).faults) == (index in marked)


def test_a_suspended_award_comes_back():
    entry = StatusEntry(list_url=LIST_URL, index=7, purpose=StatusPurpose.SUSPENSION)
    token = issue(award(status=entry), key=signing_key(), language="en")
    purpose = {"purpose": StatusPurpose.SUSPENSION}

    assert check(token, status=signed_list(7, **purpose)).faults == (Fault.SUSPENDED,)
    assert check(token, status=signed_list(**purpose)).is_valid


def test_an_award_that_has_expired_and_was_revoked_is_both():
    status = signed_list(7, valid_until=END + timedelta(days=1))

    assert check(at=END, status=status).faults == (Fault.EXPIRED, Fault.REVOKED)


def test_without_its_list_a_status_is_unknown_and_the_award_does_not_count():
    verdict = check(status=None)

    assert verdict.faults == (Fault.STATUS_UNKNOWN,)
    assert LIST_URL in verdict.findings[0].sentence


def other_list(**subject):
    """A list that the issuer signed, but that no honest program makes."""
    document = with_registered_claims(status_list_document(status_list()))
    document["credentialSubject"] = {**document["credentialSubject"], **subject}
    return signed(document, key=signing_key())


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (lambda: "nothing", "cannot be trusted"),
        (lambda: TOKEN, "cannot be trusted. It is a credential of another kind"),
        (lambda: issue_status_list(status_list(), key=other_key()), "does not publish"),
        (lambda: signed_list(url=LIST_URL + "2"), "another one than the credential names"),
        (lambda: signed_list(issuer="https://other.example.org/"), "another one"),
        (lambda: signed_list(valid_until=NOW), "not of today"),
        (lambda: signed_list(valid_from=NOW + SECOND), "not of today"),
        (lambda: signed_list(purpose=StatusPurpose.SUSPENSION), "another purpose"),
        (lambda: other_list(encodedList=PACKED[: len(PACKED) // 4 * 2 + 1]), "cut off"),
        (lambda: other_list(encodedList="u" + encoded(b"no gzip")), "cannot be read"),
        (lambda: other_list(encodedList="zH4sI"), "cannot be read"),
        (lambda: other_list(encodedList=None), "cannot be read"),
    ],
)
def test_a_list_that_cannot_say_leaves_the_status_unknown(status, why):
    verdict = check(status=status())

    assert verdict.faults == (Fault.STATUS_UNKNOWN,)
    assert "could not be found out" in verdict.findings[0].sentence
    assert why in verdict.findings[0].sentence


def test_a_list_that_is_too_short_or_a_bomb_leaves_the_status_unknown():
    def packed(size):
        packer = zlib.compressobj(wbits=31)
        return "u" + encoded(packer.compress(bytes(size)) + packer.flush())

    short = check(status=other_list(encodedList=packed(1024)))
    bomb = check(status=other_list(encodedList=packed(64 * 1024 * 1024)))

    assert short.findings[0].sentence.endswith("The list is too short.")
    assert bomb.findings[0].sentence.endswith("The list is cut off, or too long.")


def test_a_place_beyond_the_list_leaves_the_status_unknown():
    far = StatusEntry(list_url=LIST_URL, index=131_072)
    token = issue(award(status=far), key=signing_key(), language="en")

    assert check(token).faults == (Fault.STATUS_UNKNOWN,)
    assert check(token, status=signed_list(131_072, entries=262_144)).faults == (Fault.REVOKED,)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"entries": 1024}, "A status list has 131072 to 8388608 places"),
        ({"entries": 131_073}, "a multiple of 8"),
        ({"marked": frozenset({131_072})}, "has no place 131072"),
        ({"valid_until": BEGIN}, "ends before it begins"),
    ],
)
def test_a_list_that_nobody_could_use_is_not_made(changes, why):
    with pytest.raises(BadgeRefused, match=why):
        status_list(**changes)


def test_the_same_facts_give_the_same_list():
    assert signed_list(3, 9) == signed_list(9, 3)
