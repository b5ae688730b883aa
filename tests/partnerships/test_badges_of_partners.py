"""Awards as badges: what is signed, published and baked, and what others say of it."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

import other_verifiers
from factories.awarded import other_key, pem_of, rfc_pem
from factories.badges_of_partners import PEM, ROOT, sign_badges
from factories.recognition import NOW, SECOND, awarded, deliver, gold, in_force, proposed, tiers
from fairgate import clock
from fairgate_badges import PublishedKeys, unbake, verify
from fairgate_badges.verdict import Fault
from partnerships import api, badges, checks, models, rules

pytestmark = pytest.mark.django_db

BADGES = "/fairgate/partners/badges"
SECOND_OF_TIME = timedelta(seconds=1)
END = datetime(2027, 11, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def moment():
    now = [NOW]
    clock.use(lambda: now[0])
    yield now
    clock.use(None)


@pytest.fixture(autouse=True)
def signs(settings):
    sign_badges(settings)


def fetch(client, url, content_type):
    """As a verifier fetches an address: without a session, from another site."""
    assert url.startswith(ROOT)
    answer = client.get(url.removeprefix(ROOT))
    assert answer.status_code == 200
    assert answer["Content-Type"] == content_type
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert not answer.cookies
    return answer.content.decode()


def claims_of(token):
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def head_of(token):
    head = token.split(".")[0]
    return json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))


def verdict(client, token, *, at=NOW):
    """What a stranger finds out who follows the addresses in a credential, and no others."""
    told = claims_of(token)
    key = json.loads(fetch(client, head_of(token)["kid"], "application/json"))
    assert key["iss"] == told["issuer"]["id"]
    keys = PublishedKeys.from_document({"keys": [key]}, issuer=told["issuer"]["id"])
    status = fetch(client, told["credentialStatus"]["statusListCredential"], "application/vc+jwt")
    return verify(token, keys=keys, at=at, status_list=status)


def test_whoever_follows_the_addresses_in_a_badge_finds_that_it_counts(client):
    award = gold()

    token = fetch(client, f"{ROOT}{BADGES}/awards/{award.uuid}.jwt", "text/plain")

    found = verdict(client, token)
    assert found.findings == ()
    assert (found.claims.achievement_name, found.claims.tier) == ("Gold partner", "GOLD")
    assert (found.claims.recipient_id, found.claims.recipient_name) == (
        "https://www.gsma.example/",
        "GSMA",
    )
    assert (found.claims.issuer_name, found.claims.valid_until) == ("The Union", END)
    assert found.claims.id == f"{ROOT}{BADGES}/awards/{award.uuid}.jwt"


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_the_picture_has_the_same_credential_in_it(client, suffix):
    award = gold()
    url = f"{BADGES}/awards/{award.uuid}"

    picture = client.get(f"{url}.{suffix}")

    assert unbake(picture.content) == client.get(f"{url}.jwt").content.decode()
    assert picture["Content-Disposition"] == f'attachment; filename="badge-{award.uuid}.{suffix}"'
    assert "sandbox" in picture["Content-Security-Policy"]


def test_a_badge_counts_until_before_the_first_second_after_its_last_day(client, moment):
    token = api.badge_token(gold().uuid, language="en", at=NOW)

    moment[0] = END - SECOND_OF_TIME
    assert verdict(client, token, at=moment[0]).findings == ()
    moment[0] = END
    assert [one.fault for one in verdict(client, token, at=END).findings] == [Fault.EXPIRED]


def test_a_revoked_award_is_on_the_list_from_that_second_and_no_other_is(client, moment):
    in_force()
    tiers()
    deliver("10000.00")
    silver = api.badge_token(awarded().uuid, language="en", at=NOW)
    deliver("10000.00")
    award = awarded()
    token = api.badge_token(award.uuid, language="en", at=NOW)
    later = NOW + timedelta(hours=1)

    api.revoke_award(award.uuid, reason="Paid back", by=SECOND, at=later)

    moment[0] = later - SECOND_OF_TIME
    assert verdict(client, token, at=moment[0]).findings == ()
    moment[0] = later
    assert [one.fault for one in verdict(client, token, at=later).findings] == [Fault.REVOKED]
    assert verdict(client, silver, at=later).findings == ()
    assert client.get(f"{BADGES}/awards/{award.uuid}.jwt").content.decode() == token


def test_a_verifier_whose_clock_goes_slow_takes_the_list_of_this_second(client):
    token = api.badge_token(gold().uuid, language="en", at=NOW)

    assert verdict(client, token, at=NOW - timedelta(minutes=4)).findings == ()


def test_an_old_list_does_not_bring_a_revoked_award_back(client):
    award = gold()
    token = api.badge_token(award.uuid, language="en", at=NOW)
    old = api.badge_status_list(at=NOW)
    keys = PublishedKeys.from_document(api.badge_key_set(), issuer=claims_of(token)["iss"])

    found = verify(token, keys=keys, at=NOW + badges.LIST_LASTS, status_list=old)

    assert [one.fault for one in found.findings] == [Fault.STATUS_UNKNOWN]


def test_what_a_badge_names_is_published_in_each_of_its_languages(client):
    award = gold()
    told = claims_of(api.badge_token(award.uuid, language="fr", at=NOW))
    achievement = told["credentialSubject"]["achievement"]

    assert achievement["name"] == "Partenaire d’or"
    other = achievement["related"][0]["id"]
    assert json.loads(fetch(client, other, "application/ld+json"))["name"] == "Gold partner"
    assert (
        json.loads(fetch(client, achievement["id"], "application/ld+json"))["id"]
        == (achievement["id"])
    )
    issuer = json.loads(fetch(client, told["issuer"]["id"], "application/ld+json"))
    assert issuer["name"] == "The Union"
    image = client.get(achievement["image"]["id"].removeprefix(ROOT))
    assert image.content.startswith(b"\x89PNG")
    page = client.get(achievement["criteria"]["id"].removeprefix(ROOT))
    assert "Gold partner" in page.content.decode()


def test_a_language_without_a_name_is_english(client):
    award = gold()

    token = client.get(f"{BADGES}/awards/{award.uuid}.jwt?language=ru").content.decode()

    assert claims_of(token)["name"] == "Gold partner"


def test_all_keys_stand_in_one_set_and_a_replaced_key_keeps_its_badges(client, settings):
    award = gold()
    old = api.badge_token(award.uuid, language="en", at=NOW)
    public = (
        load_pem_private_key(rfc_pem(), None)
        .public_key()
        .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )
    new = pem_of(other_key()._key).decode()

    sign_badges(settings, new, public)

    assert head_of(api.badge_token(award.uuid, language="en", at=NOW))["kid"] != head_of(old)["kid"]
    found = json.loads(fetch(client, f"{ROOT}{BADGES}/keys/", "application/jwk-set+json"))
    assert [key["kid"].startswith(f"{ROOT}{BADGES}/keys/") for key in found["keys"]] == [True] * 2
    keys = PublishedKeys.from_document(found, issuer=claims_of(old)["iss"])
    status = api.badge_status_list(at=NOW)
    assert verify(old, keys=keys, at=NOW, status_list=status).findings == ()


def test_what_was_not_granted_has_no_badge_and_no_page(client):
    in_force()
    tiers()
    deliver("20000.00")
    waiting = proposed()

    for path in (
        f"{BADGES}/awards/{waiting.uuid}.jwt",
        f"/fairgate/partners/awards/{waiting.uuid}/",
    ):
        assert client.get(path).status_code == 404
    api.refuse_award(waiting.uuid, because="Not yet", by=SECOND, at=NOW)
    assert client.get(f"{BADGES}/awards/{waiting.uuid}.png").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/awards/00000000-0000-0000-0000-000000000000.jwt",
        "/awards/00000000-0000-0000-0000-000000000000.png",
        "/tiers/00000000-0000-0000-0000-000000000000/en",
        "/keys/nobody",
        "/emblems/crown.png",
        "/emblems/gold.gif",
        "/emblems/..%2Fgold.png",
    ],
)
def test_what_is_not_there_is_not_there(client, path):
    gold()

    assert client.get(BADGES + path).status_code == 404


def test_a_partner_without_an_https_address_has_an_award_and_no_badge(client):
    award = gold()
    models.Partner.objects.filter(code="GSMA").update(url="http://www.gsma.example/")

    assert client.get(f"{BADGES}/awards/{award.uuid}.jwt").status_code == 404
    page = client.get(f"/fairgate/partners/awards/{award.uuid}/").content.decode()
    assert "There is no badge to download" in page


@pytest.mark.parametrize("url", ["HTTPS://www.gsma.example/", "Https://gsma.example:8443/"])
def test_the_letters_of_https_may_be_large(client, url):
    award = gold()
    models.Partner.objects.filter(code="GSMA").update(url=url)

    assert client.get(f"{BADGES}/awards/{award.uuid}.jwt").status_code == 200


@pytest.mark.parametrize("url", ["http://gsma.example/", "https", "", "https://[", "xhttps://x.y/"])
def test_nothing_else_is_https(url):
    assert not rules.is_https(url)


# --- Without a key, or with a wrong one


@pytest.mark.parametrize("path", ["/issuer", "/keys/", "/status/1", "/keys/x"])
def test_without_a_key_nothing_is_published_and_the_page_says_so_politely(client, settings, path):
    award = gold()
    settings.PARTNERSHIPS_BADGE_KEYS = ()

    assert client.get(BADGES + path).status_code == 404
    assert client.get(f"{BADGES}/awards/{award.uuid}.png").status_code == 404
    page = client.get(f"/fairgate/partners/awards/{award.uuid}/").content.decode()
    assert "There is no badge to download" in page
    assert [one.id for one in checks.check_badges()] == ["partnerships.I001"]


@pytest.mark.parametrize(
    ("keys", "root", "sentence"),
    [
        ([PEM], "http://learn.example.org", "https address"),
        (["-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----"], ROOT, "Key 1"),
        ([PEM, "secret words"], ROOT, "Key 2"),
        (["public only"], ROOT, "Key 1"),
    ],
)
def test_a_wrong_set_up_shuts_the_door_and_a_check_names_it_without_the_key(
    client, settings, keys, root, sentence
):
    award = gold()
    settings.LMS_ROOT_URL = ""
    settings.PARTNERSHIPS_BADGE_KEYS = keys
    settings.PARTNERSHIPS_BADGE_ROOT_URL = root

    assert client.get(f"{BADGES}/awards/{award.uuid}.jwt").status_code == 404
    (found,) = checks.check_badges()
    assert found.id == "partnerships.E005"
    assert sentence in found.msg
    assert "c2VjcmV0" not in found.msg
    assert "secret words" not in found.msg


def test_a_site_that_signs_passes_the_check_and_studio_is_not_asked(settings):
    assert checks.check_badges() == []
    settings.PARTNERSHIPS_BADGE_KEYS = ["wrong"]
    settings.ROOT_URLCONF = "cms.urls"
    assert checks.check_badges() == []


def test_the_key_is_in_no_page_no_row_and_no_repr(client, caplog):
    award = gold()
    secret = PEM.splitlines()[3]
    by = badges.signer()

    pages = [
        client.get(f"{BADGES}/{path}").content.decode()
        for path in ("issuer", "keys/", "status/1", f"awards/{award.uuid}.jwt")
    ]

    row = models.RecognitionAward.objects.values().get()
    assert not any(secret in text for text in (*pages, repr(by), str(row), caplog.text))
    assert '"d"' not in pages[1]


# --- How long the list is kept --------------------------------------------------------------------


def ask_for_list(client, **named):
    return client.get(f"{BADGES}/status/1", **named)


def test_who_has_the_list_is_told_so_until_the_second_an_award_is_revoked(client, moment):
    award = gold()
    first = ask_for_list(client)
    has_it = {"HTTP_IF_NONE_MATCH": first["ETag"]}

    moment[0] = NOW + timedelta(minutes=5)
    same = ask_for_list(client, **has_it)
    api.revoke_award(award.uuid, reason="Paid back", by=SECOND, at=moment[0])
    other = ask_for_list(client, **has_it)

    assert (same.status_code, same.content) == (304, b"")
    assert same["Access-Control-Allow-Origin"] == "*"
    assert {answer["Cache-Control"] for answer in (first, same, other)} == {"public, no-cache"}
    assert (other.status_code, other["ETag"] == first["ETag"]) == (200, False)


def test_the_list_is_made_anew_each_hour_so_that_no_copy_of_it_ends(client, moment):
    gold()
    first = ask_for_list(client)

    moment[0] = NOW + timedelta(hours=1)

    assert ask_for_list(client, HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 200


# --- Verifiers that nobody here wrote. Their clock is that of the machine.


def asked(client, picture, token):
    public = load_pem_private_key(rfc_pem(), None).public_key()
    return other_verifiers.openbadgeslib_says(
        picture=base64.b64encode(picture).decode(),
        public_key=public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
        recipient="https://www.gsma.example/",
        pages={
            claims_of(token)["credentialStatus"]["statusListCredential"]: (
                api.badge_status_list(at=datetime.now(UTC))
            )
        },
    )


@pytest.fixture
def lasting():
    """An award of today, by the clock of the machine."""
    today = datetime.now(UTC)
    in_force()
    tiers()
    deliver("20000.00")
    at = max(NOW, today)
    return awarded(
        at=at,
        valid_from=today.date() - timedelta(days=1),
        valid_until=at.date() + timedelta(days=9),
    )


@pytest.mark.openbadgeslib
@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_openbadgeslib_believes_the_badge_that_a_partner_downloads(client, lasting, moment, suffix):
    moment[0] = lasting.counted_at
    url = f"{BADGES}/awards/{lasting.uuid}"
    token = client.get(f"{url}.jwt").content.decode()
    picture = client.get(f"{url}.{suffix}").content

    answer = asked(client, picture, token)

    assert (answer["valid"], answer["name"]) == (True, "Gold partner")
    api.revoke_award(lasting.uuid, reason="Paid back", by=SECOND, at=lasting.counted_at)
    assert "'revocation' is set" in asked(client, picture, token)["reason"]


@pytest.mark.digital_credentials
def test_the_consortium_finds_every_term_of_our_badge_defined_and_reads_our_list():
    award = gold()
    before = consortium(award)
    assert (before["refused"], before["error"], before["counts"]) == (None, None, True)

    api.revoke_award(award.uuid, reason="Paid back", by=SECOND, at=NOW)

    after = consortium(award)
    assert (after["refused"], after["error"], after["counts"]) == (None, None, False)


def consortium(award):
    """What it says of a badge and our list: it reads the JSON in them, not the signature."""
    token = api.badge_token(award.uuid, language="fr", at=NOW)
    told, listed = (without_claims(one) for one in (token, api.badge_status_list(at=NOW)))
    return other_verifiers.digital_credentials_say(credential=told, list=listed, at=NOW.isoformat())


def without_claims(token):
    names = {"iss", "sub", "jti", "nbf", "exp"}
    return {key: value for key, value in claims_of(token).items() if key not in names}
