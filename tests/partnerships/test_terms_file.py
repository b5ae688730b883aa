"""TERMS.yaml: what it says, and every way in which it can be wrong."""

from __future__ import annotations

import hashlib
import json

import pytest

from factories.partnerships import COURSE, LONG_AGO, REVENUE, load, terms_text, version_text
from fairgate.documents import DocumentError
from partnerships import api, models

ONE_AGREEMENT = terms_text()


def line_of(text: str, part: str) -> int:
    """The line on which a part of the text stands."""
    return text[: text.index(part)].count("\n") + 1


FAULTS = [
    # what stands there, what is written instead, the line to name, the field, the sentence
    ("fund_percent: 20", "fund_pct: 20", "fund_pct", "fund_pct", "is not a known key here"),
    ("kind: private_sector", "sort: x", "sort: x", "sort", "is not a known key here"),
    ("fund_percent: 20", "fund_percent: 101", "fund_percent", "fund_percent", "between 0 and 100"),
    ("fund_percent: 20", "fund_percent: -1", "fund_percent", "fund_percent", "between 0 and 100"),
    ("fund_percent: 20", "fund_percent: 20.125", "fund_percent", "fund_percent", "two decimals"),
    ("fund_percent: 20", "fund_percent: true", "fund_percent", "fund_percent", "from 0 to 100"),
    ("fund_percent: 20", "fund_percent:", "fund_percent", "fund_percent", "is missing"),
    ("GSMA: 45", "GSMA: 45.5", "GSMA: 45.5", "shares.GSMA", "is a whole number"),
    ("GSMA: 45", 'GSMA: "45"', 'GSMA: "45"', "shares.GSMA", "is a whole number"),
    ("GSMA: 45", "GSMA: 0", "GSMA: 0", "shares.GSMA", "is from 1 to"),
    ("GSMA: 45", "GSMA: -3", "GSMA: -3", "shares.GSMA", "is from 1 to"),
    ("GSMA: 45", "GSMA: true", "GSMA: true", "shares.GSMA", "is a whole number"),
    ("GSMA: 45", "GSMA: 45, GSMA: 1", "GSMA: 45", "GSMA", "stands there twice"),
    ("GSMA: 45", "FUND: 45", "FUND: 45", "shares.FUND", "takes fund_percent first"),
    ("GSMA: 45", "XYZ: 45", "XYZ: 45", "shares.XYZ", "not defined under partners"),
    ("{GSMA: 45, ATC: 25, PLATFORM: 30}", "{}", "shares: {}", "shares", "names no party"),
    ("{GSMA: 45, ATC: 25, PLATFORM: 30}", "45", "shares: 45", "shares", "is a mapping"),
    ("currency: USD", "currency: USX", "USX", "currency", "“USX” is not a currency code"),
    ("currency: USD", "currency: usd", "usd", "currency", "“usd” is not a currency code"),
    ('"25.00"', '"25.001"', "25.001", "amount", "has more decimals than USD allows"),
    ('"25.00"', '"-1.00"', "-1.00", "amount", "is negative"),
    ('"25.00"', '"1e3"', "1e3", "amount", "is not an amount"),
    ("valid_from: 2026-10-01", "valid_from: 2026-02-30", "02-30", "valid_from", "is not a day"),
    ("valid_from: 2026-10-01", "valid_from: 1 October", "1 Oct", "valid_from", "is not a day"),
    ("valid_from: 2026-10-01", "valid_from: 20261001", "2026", "valid_from", "is not a day"),
    ("valid_until: 2027-09-30", "valid_until: 2026-09-30", "2026-09-30", "valid_until", "before"),
    ("course-v1:ATC+SPECTRUM101+2026_T4", "course-v1:ATC", "course-v1", "courses", "not the key"),
    ("course-v1:ATC+SPECTRUM101+2026_T4", "library-v1:A+B", "library", "courses", "not the key"),
    ("course-v1:ATC+SPECTRUM101+2026_T4", "4", "courses: [4]", "courses", "not the key"),
    ("[course-v1:ATC+SPECTRUM101+2026_T4]", "[]", "courses: []", "courses", "names no course"),
    ("    partner: GSMA\n", "    partner: NOBODY\n", "NOBODY", "partner", "not defined under"),
    ("{partner: ATC, role: venue}", "{partner: X, role: venue}", "X, role", "partner", "defined"),
    ("role: venue", "role: owner", "owner", "role", "“owner” is none of: co-host, sponsor"),
    ("kind: academia", "kind: club", "kind: club", "kind", "“club” is none of: ngo"),
    ("code: ATC", "code: FUND", "code: FUND", "code", "never a partner"),
    ("code: ATC", "code: atc", "code: atc", "code", "is not a code"),
    ("code: ATC", "code: GSMA", "- code: GSMA\n    legal_name: Reg", "code", "defined twice"),
    ("https://www.gsma.example/", "javascript:alert(1)", "javascript", "url", "web address"),
    ("www.gsma", "u:p@www.gsma", "u:p@", "url", "holds a user name or a password"),
    ("www.gsma", "u@www.gsma", "u@", "url", "holds a user name or a password"),
    ("www.gsma", "@www.gsma", "@www", "url", "holds a user name or a password"),
    ("www.gsma.example/", "@/", "@/", "url", "is not a web address"),
    ("www.gsma.example/", "www.gsma.example:99999/", ":99999/", "url", "is not a web address"),
    ("www.gsma.example/", "www.gsma.example:0/", ":0/", "url", "is not a web address"),
    ("www.gsma.example/", "www.gsma.example:https/", ":https/", "url", "is not a web address"),
    ("name: GSM Association", 'name: "\\u202EA"', "legal_name", "legal_name", "direction"),
    ("display_name: GSMA", 'display_name: "G\\u2066A"', "display", "display_name", "direction"),
    ("display_name: GSMA", 'display_name: "G\\u2028A"', "display", "display_name", "control"),
    ("display_name: GSMA", 'display_name: "G\\u0007A"', "display", "display_name", "control"),
    ("display_name: GSMA", 'display_name: "G\\u0085A"', "display", "display_name", "control"),
    ("basis: net_receipts", "basis: profit", "basis: profit", "basis", "is not a basis"),
    ("basis: net_receipts", "basis: gross", "costs:", "costs.processor_fee", "is missing"),
    ("{lost_", "{processor_fee: ATC, lost_", "costs:", "costs.processor_fee", "comes off before"),
    (
        "hold_days: 30",
        "recoupments: [{party: X, amount: 1, currency: USD}]\n    hold_days: 30",
        "recoupments",
        "recoupments[1].party",
        "not defined under partners",
    ),
    (
        "hold_days: 30",
        "recoupments: [{party: ATC, amount: 0, currency: USD}]\n    hold_days: 30",
        "recoupments",
        "recoupments[1].amount",
        "is more than nothing",
    ),
    (
        "hold_days: 30",
        "recoupments: [{party: ATC, amount: 1, currency: USD}, "
        "{party: ATC, amount: 2, currency: USD}]\n    hold_days: 30",
        "recoupments",
        "recoupments[2].party",
        "recoups in USD already",
    ),
    (
        "hold_days: 30",
        "merchant_of_record: X\n    hold_days: 30",
        "merchant_of_record",
        "merchant_of_record",
        "not defined under partners",
    ),
    ("hold_days: 30", "hold_days: 1.5", "hold_days", "hold_days", "is a whole number"),
    ("hold_days: 30", "hold_days: -1", "hold_days", "hold_days", "is a whole number"),
    ("version: 1", "version: 0", "version: 0", "version", "is a whole number"),
    ("dispute_fee: PLATFORM", "dispute_fee: XYZ", "XYZ", "dispute_fee", "“XYZ” is none of"),
    ("lost_processor_fee: pro_rata, ", "", "costs:", "lost_processor_fee", "is missing"),
    ("schema: fairgate-terms/1", "schema: fairgate-terms/9", "schema", "schema", "this reads"),
    ("accepted: true", "accepted: maybe", "accepted: maybe", "accepted", "is true or false"),
    ("legal_name: GSM Association", 'legal_name: " "', "legal_name", "legal_name", "is blank"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("there", "instead", "place", "field", "sentence"), FAULTS, ids=[row[1] for row in FAULTS]
)
def test_a_fault_names_file_line_and_field_and_nothing_is_loaded(
    there: str, instead: str, place: str, field: str, sentence: str
) -> None:
    # given
    assert there in ONE_AGREEMENT
    text = ONE_AGREEMENT.replace(there, instead, 1)

    # when
    with pytest.raises(DocumentError) as raised:
        load(text)

    # then
    faults = getattr(raised.value, "faults", (raised.value,))
    (fault,) = [one for one in faults if one.field.endswith(field)]
    assert fault.file == "TERMS.yaml"
    assert fault.line == line_of(text, place)
    assert sentence in str(fault)
    assert not models.Partner.objects.exists()
    assert not models.Agreement.objects.exists()


@pytest.mark.parametrize("name", ["GSMA\u200f", "می\u200cخواهم", "Größe & Söhne", "@gsma"])
def test_marks_that_a_script_needs_may_stand_in_a_name(name: str) -> None:
    text = ONE_AGREEMENT.replace("display_name: GSMA", f'display_name: "{name}"')

    [terms] = api.read_terms(text, file="TERMS.yaml")

    assert terms.partner == "GSMA"


def test_every_fault_of_a_file_is_named_at_once() -> None:
    # given
    text = ONE_AGREEMENT.replace("fund_percent: 20", "fund_percent: 200")
    text = text.replace("kind: academia", "kind: club").replace("USD", "USX")

    # when
    with pytest.raises(DocumentError) as raised:
        api.read_terms(text, file="TERMS.yaml")

    # then
    assert [fault.line for fault in raised.value.faults] == sorted(
        [line_of(text, "club"), line_of(text, "fund_percent"), line_of(text, "USX")]
    )


def test_an_agreement_version_that_is_there_twice_is_refused() -> None:
    text = terms_text(
        version_text(), version_text(valid_from="2028-01-01", valid_until="2028-12-31")
    )

    with pytest.raises(
        DocumentError, match="GSMA-SPECTRUM version 1 is there twice, first on line"
    ):
        api.read_terms(text, file="TERMS.yaml")


def test_versions_that_share_a_day_are_refused() -> None:
    text = terms_text(version_text(), version_text(version=2, valid_from="2027-09-30"))

    with pytest.raises(DocumentError, match="version 2 shares days with version 1"):
        api.read_terms(text, file="TERMS.yaml")


def test_an_agreement_has_one_partner_through_all_its_versions() -> None:
    later = version_text(
        version=2, partner="ATC", valid_from="2027-10-01", valid_until="2028-09-30"
    )

    with pytest.raises(DocumentError, match="is an agreement with GSMA; another partner needs"):
        api.read_terms(terms_text(version_text(), later), file="TERMS.yaml")


OTHER = version_text(agreement="OTHER", version=7, valid_from="2027-09-30", valid_until="")


def test_terms_by_date_alone_have_one_agreement_per_course_and_day() -> None:
    text = terms_text(version_text(), OTHER)

    with pytest.raises(DocumentError) as raised:
        api.read_terms(text, file="TERMS.yaml")

    first, second = line_of(text, "- agreement: GSMA"), line_of(text, "- agreement: OTHER")
    assert str(raised.value) == (
        f"TERMS.yaml, line {second}, courses: OTHER version 7 and GSMA-SPECTRUM version 1 "
        f"(line {first}) would both share the receipts of {COURSE} on the same days."
    )


@pytest.mark.parametrize(
    ("there", "instead"),
    [
        ("valid_from: 2027-09-30", "valid_from: 2027-10-01"),
        (COURSE, "course-v1:ATC+OTHER+2026_T4"),
        (REVENUE, ""),
    ],
    ids=["another day", "another course", "no revenue"],
)
def test_terms_of_two_agreements_that_do_not_meet_are_read(there: str, instead: str) -> None:
    text = terms_text(version_text(), OTHER.replace(there, instead))

    assert (
        api.read_terms(text, file="TERMS.yaml")[0]
        == api.read_terms(terms_text(version_text()), file="TERMS.yaml")[0]
    )


@pytest.mark.django_db
def test_terms_that_meet_may_be_loaded_since_signing_decides() -> None:
    load(terms_text(version_text(), OTHER))

    assert len(api.list_versions(at=LONG_AGO)) == 2


def test_reading_needs_no_database_and_gives_the_keys_that_the_books_use() -> None:
    (terms,) = api.read_terms(ONE_AGREEMENT, file="TERMS.yaml")
    (again,) = api.read_terms(ONE_AGREEMENT, file="elsewhere.yaml")

    assert terms == again
    assert terms.currency_hint == "USD"
    assert terms.parties == ("FUND", "GSMA", "ATC", "PLATFORM")


def test_an_agreement_may_share_no_revenue() -> None:
    assert api.read_terms(terms_text(version_text(revenue="")), file="TERMS.yaml") == ()


@pytest.mark.django_db
def test_a_smallest_payout_of_zero_is_kept_as_zero() -> None:
    # given
    load(terms_text(version_text(revenue=REVENUE.replace("25.00", "0.00"))))
    (version,) = api.list_versions(at=LONG_AGO)

    assert version.terms.minimum_payout.minor == 0
    assert json.loads(version.agreed_text)["minimum_payout"] == {
        "amount": "0.00",
        "currency": "USD",
    }


@pytest.mark.django_db
def test_the_checksum_is_that_of_the_agreed_text() -> None:
    # given
    load()

    # when
    (version,) = api.list_versions(at=LONG_AGO)

    # then
    assert version.checksum == hashlib.sha256(version.agreed_text.encode()).hexdigest()
    agreed = json.loads(version.agreed_text)
    assert agreed["shares"][0] == {"party": "GSMA", "weight": 45}
    assert agreed["goals"] == ["Train 200 regulators of LDC and SIDS."]


@pytest.mark.parametrize(
    ("there", "instead"),
    [
        ("valid_until: 2027-09-30", "valid_until: 2027-09-29"),
        ("GSMA: 45, ATC: 25", "ATC: 25, GSMA: 45"),  # the order breaks ties of rounding
        ("hold_days: 30", "hold_days: 31"),
        ("role: venue", "role: sponsor"),
        ("Train 200", "Train 300"),
        ("fund_percent: 20", "fund_percent: 20.01"),
    ],
)
@pytest.mark.django_db
def test_another_term_is_another_checksum(there: str, instead: str) -> None:
    # given
    load()
    (before,) = api.list_versions(at=LONG_AGO)

    # when
    load(ONE_AGREEMENT.replace(there, instead))

    # then
    (after,) = api.list_versions(at=LONG_AGO)
    assert before.checksum != after.checksum


@pytest.mark.django_db
def test_another_way_to_write_the_same_terms_is_the_same_checksum() -> None:
    # given
    load()
    (before,) = api.list_versions(at=LONG_AGO)

    # when
    load("# a remark\n" + ONE_AGREEMENT.replace("fund_percent: 20", 'fund_percent: "20.00"'))

    # then
    (after,) = api.list_versions(at=LONG_AGO)
    assert before == after


#: Of the terms of ``ONE_AGREEMENT``, as they were read before there were recoupments.
CHECKSUM = "7871597a6d47d6cfc300535977630e7a3218f922555235d73777c68499f15f76"

RICH = (
    REVENUE.replace("basis: net_receipts", "basis: gross").replace(
        "{lost_processor_fee", "{processor_fee: ATC, lost_processor_fee"
    )
    + """\
    recoupments:
      - {party: ATC, amount: "5000.00", currency: USD}
      - {party: PLATFORM, amount: "300", currency: JPY}
    merchant_of_record: ATC
"""
)


@pytest.mark.django_db
def test_terms_on_the_gross_with_recoupments_and_a_merchant_are_kept_as_they_are_written():
    # given
    text = terms_text(version_text(revenue=RICH))
    (read,) = api.read_terms(text, file="TERMS.yaml")

    # when
    load(text)

    # then
    kept = api.terms_by_uuid(read.version_uuid)
    assert kept == read
    assert (kept.basis, kept.processor_fee, kept.merchant_of_record) == ("gross", "ATC", "ATC")
    assert kept.recouped_in("USD") == (("ATC", 500_000),)
    assert kept.recouped_in("JPY") == (("PLATFORM", 300),)
    agreed = json.loads(models.AgreementVersion.objects.get().agreed_text)
    assert agreed["costs"]["processor_fee"] == "ATC"
    assert agreed["recoupments"] == [
        {"party": "ATC", "currency": "USD", "amount": "5000.00"},
        {"party": "PLATFORM", "currency": "JPY", "amount": "300"},
    ]
    assert agreed["merchant_of_record"] == "ATC"


@pytest.mark.django_db
def test_terms_from_before_there_were_recoupments_keep_their_checksum():
    # given: named or not, the platform receives the money
    load(terms_text())
    before = models.AgreementVersion.objects.get().checksum

    # when
    load(terms_text(version_text(revenue=REVENUE + "    merchant_of_record: PLATFORM\n")))

    # then
    version = models.AgreementVersion.objects.get()
    assert version.checksum == before == CHECKSUM
    assert "recoupments" not in version.agreed_text
