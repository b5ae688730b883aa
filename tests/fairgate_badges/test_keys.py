"""Keys: named by their fingerprints, published for as long as they shall count, never shown."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from factories.awarded import (
    ISSUER_ID,
    KEYS,
    NOW,
    RFC_N,
    award,
    other_key,
    pem_of,
    published,
    rfc_pem,
    signed_list,
    signing_key,
)
from fairgate_badges import Fault, KeyRefused, PublicKey, PublishedKeys, SigningKey, issue, verify
from fairgate_badges.base64url import decoded, encoded

# RFC 7515, appendix A.2.
RFC_MESSAGE = (
    b"eyJhbGciOiJSUzI1NiJ9"
    b".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
    b"cGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
)
RFC_SIGNATURE = (
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujG"
    "bds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K"
    "0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6"
    "LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
)


def public_pem(private_pem):
    public = load_pem_private_key(private_pem, None).public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def test_a_signature_is_that_of_the_rfcs_example():
    assert encoded(signing_key().sign(RFC_MESSAGE)) == RFC_SIGNATURE
    assert signing_key().public.has_signed(RFC_MESSAGE, decoded(RFC_SIGNATURE))


def test_a_key_is_published_at_an_address_that_ends_in_its_fingerprint():
    key = signing_key().public

    assert key.kid == KEYS + key.fingerprint
    assert key.document(issuer=ISSUER_ID) == {
        "kty": "RSA",
        "use": "sig",
        "alg": "RS256",
        "kid": key.kid,
        "n": RFC_N,
        "e": "AQAB",
        "iss": ISSUER_ID,
    }


def test_the_key_set_holds_public_numbers_only():
    document = published(signing_key(), other_key()).document()

    assert [key["kid"] for key in document["keys"]] == [
        signing_key().public.kid,
        other_key().public.kid,
    ]
    assert not {"d", "p", "q", "dp", "dq", "qi"} & {
        name for key in document["keys"] for name in key
    }


def test_a_key_set_that_was_published_is_read_again():
    keys = published(signing_key(), other_key())
    document = keys.document()
    document["keys"].append({"kty": "EC", "kid": "another kind"})

    assert PublishedKeys.from_document(document, issuer=ISSUER_ID) == keys


def test_a_public_key_is_kept_as_a_file_of_its_own():
    assert PublicKey.from_pem(public_pem(rfc_pem()), folder=KEYS) == signing_key().public


def test_an_award_of_the_old_key_verifies_for_as_long_as_that_is_published():
    old = issue(award(status=None), key=other_key(), language="en")

    rotated = verify(old, keys=published(signing_key(), other_key()), at=NOW)
    withdrawn = verify(old, keys=published(signing_key()), at=NOW)

    assert rotated.is_valid
    assert withdrawn.faults == (Fault.KEY,)
    assert withdrawn.claims is None


def test_awards_of_one_key_and_a_list_of_the_other_go_together():
    token = issue(award(), key=other_key(), language="en")

    verdict = verify(
        token,
        keys=published(signing_key(), other_key()),
        at=NOW,
        status_list=signed_list(),
    )

    assert verdict.is_valid


def test_f42_a_private_key_shows_itself_nowhere():
    secret = load_pem_private_key(rfc_pem(), None).private_numbers()
    shown = repr(signing_key()) + str(signing_key())

    assert "_key" not in shown
    assert not [n for n in (secret.d, secret.p, secret.q) if str(n) in shown]


def test_f42_an_error_says_nothing_of_what_was_given():
    with pytest.raises(KeyRefused) as refused:
        SigningKey.from_pem(rfc_pem()[:-200] + b"SECRET", folder=KEYS)

    assert "SECRET" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


def test_a_passphrase_is_needed_and_right():
    key = load_pem_private_key(rfc_pem(), None)
    locked = pem_of(key, b"open sesame")

    assert SigningKey.from_pem(locked, folder=KEYS, passphrase=b"open sesame").public == (
        signing_key().public
    )
    for passphrase in (None, b"wrong"):
        with pytest.raises(KeyRefused, match="passphrase is wrong or missing"):
            SigningKey.from_pem(locked, folder=KEYS, passphrase=passphrase)


def test_only_rsa_of_a_good_length_signs():
    short = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505
    edwards = ed25519.Ed25519PrivateKey.generate()

    with pytest.raises(KeyRefused, match="A key of 1024 bits; badges take 2048 to 8192"):
        SigningKey.from_pem(pem_of(short), folder=KEYS)
    with pytest.raises(KeyRefused, match="another kind of key"):
        SigningKey.from_pem(pem_of(edwards), folder=KEYS)
    with pytest.raises(KeyRefused, match="another kind of key"):
        PublicKey.from_pem(public_pem(pem_of(edwards)), folder=KEYS)
    with pytest.raises(KeyRefused, match="no public key in PEM"):
        PublicKey.from_pem(b"-----", folder=KEYS)


@pytest.mark.parametrize(
    "folder",
    ["http://learn.example.org/keys/", "https://learn.example.org/keys", KEYS + "#/", KEYS + "?/"],
)
def test_keys_are_published_below_an_address_that_can_be_opened(folder):
    with pytest.raises(KeyRefused, match="https address that ends in “/”"):
        SigningKey.from_pem(rfc_pem(), folder=folder)


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ({}, "no JWK Set"),
        ({"keys": ["a"]}, "no JWK Set"),
        ({"keys": [{"kty": "RSA", "kid": "k", "n": "AQAB"}]}, "cannot be read"),
        ({"keys": [{"kty": "RSA", "kid": "k", "n": "+/", "e": "AQAB"}]}, "cannot be read"),
        ({"keys": [{"kty": "RSA", "kid": "k", "n": 5, "e": "AQAB"}]}, "cannot be read"),
        ({"keys": [{"kty": "RSA", "kid": "k", "n": RFC_N[:160], "e": "AQAB"}]}, "has 960 bits"),
    ],
)
def test_a_key_set_of_somebody_else_is_read_strictly(document, why):
    with pytest.raises(KeyRefused, match=why):
        PublishedKeys.from_document(document, issuer=ISSUER_ID)
