"""Files for the bank are pain.001.001.09, in letters and amounts that every bank takes."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from fairgate.money import Money
from revenue_share.data import AccountDetails, Transfer, TransferBlock, TransferFile
from revenue_share.payment_files import accounts, in_latin, pain001, read_account, write_transfers

SCHEMA = os.environ.get("PAIN_001_XSD", "")
NAMES = {"p": pain001.NAMESPACE}
HOST = AccountDetails(
    holder="Fairgate Host", number="CH9300762011623852957", is_iban=True, bic="UBSWCHZH80A"
)
PARTNER = AccountDetails(holder="GSM Association", number="GB29NWBK60161331926819", is_iban=True)
FAR = AccountDetails(holder="Centre", number="000123456789", is_iban=False, bic="KCBLKENX")


def transfer(name="RS-000003-7F3A9C21", amount="91.73", currency="USD", to=PARTNER):
    return Transfer(
        end_to_end_id=name, amount=Money(amount, currency), to=to,
        remittance=f"Statement {name[:9]} GSMA 2026-10",
    )  # fmt: skip


def block(*transfers, name="RSAB-1", is_sepa=False, currency="USD"):
    return TransferBlock(
        block_id=name, account=HOST, currency=currency, execute_on=date(2026, 12, 15),
        transfers=transfers or (transfer(),), is_sepa=is_sepa,
    )  # fmt: skip


def file(*blocks):
    return TransferFile(
        message_id="RSAB", made_at=datetime(2026, 12, 15, 8, tzinfo=UTC), initiator="Fairgate Host",
        blocks=blocks or (block(),),
    )  # fmt: skip


FILES = {
    "one payment": file(),
    "an account without an IBAN": file(block(transfer(to=FAR))),
    "yen and dinars": file(
        block(
            transfer("RS-000001-00000001", "13695", "JPY"),
            transfer("RS-000002-00000002", "27.978", "KWD"),
            transfer("RS-000003-00000003", "0.01", "USD"),
        )
    ),
    "two of our accounts": file(
        block(transfer("RS-000001-00000001")),
        block(
            transfer("RS-000002-00000002", currency="EUR"),
            name="RSAB-2", is_sepa=True, currency="EUR",
        ),
    ),
}  # fmt: skip


def read(content: bytes):
    return etree.fromstring(content)


def texts(root, path: str) -> list[str]:
    return [
        found.text for found in root.iterfind("/".join(f"p:{n}" for n in path.split("/")), NAMES)
    ]


@pytest.mark.pain_schema
@pytest.mark.skipif(not SCHEMA, reason="PAIN_001_XSD names no schema")
@pytest.mark.parametrize("name", FILES)
def test_a_file_is_valid_by_the_schema_of_iso(name):
    schema = etree.XMLSchema(etree.parse(Path(SCHEMA)))
    schema.assertValid(read(write_transfers(FILES[name])))


def test_a_file_says_who_pays_whom_what_and_when():
    root = read(write_transfers(file()))
    info = "CstmrCdtTrfInitn/PmtInf"
    one = f"{info}/CdtTrfTxInf"
    assert texts(root, "CstmrCdtTrfInitn/GrpHdr/CreDtTm") == ["2026-12-15T08:00:00Z"]
    assert texts(root, f"{info}/ReqdExctnDt/Dt") == ["2026-12-15"]
    assert texts(root, f"{info}/BtchBookg") == ["false"]
    assert texts(root, f"{info}/ChrgBr") == ["SHAR"]
    assert texts(root, f"{info}/DbtrAcct/Id/IBAN") == [HOST.number]
    assert texts(root, f"{info}/DbtrAgt/FinInstnId/BICFI") == [HOST.bic]
    assert texts(root, f"{one}/PmtId/EndToEndId") == ["RS-000003-7F3A9C21"]
    assert texts(root, f"{one}/Amt/InstdAmt") == ["91.73"]
    assert texts(root, f"{one}/Cdtr/Nm") == [PARTNER.holder]
    assert texts(root, f"{one}/CdtrAcct/Id/IBAN") == [PARTNER.number]
    assert texts(root, f"{one}/RmtInf/Ustrd") == ["Statement RS-000003 GSMA 2026-10"]


@pytest.mark.parametrize("name", FILES)
def test_numbers_and_sums_are_those_of_the_payments(name):
    root = read(write_transfers(FILES[name]))
    head = "CstmrCdtTrfInitn/GrpHdr"
    amounts = [
        Decimal(one) for one in texts(root, "CstmrCdtTrfInitn/PmtInf/CdtTrfTxInf/Amt/InstdAmt")
    ]
    assert texts(root, f"{head}/NbOfTxs") == [str(len(amounts))]
    assert [Decimal(one) for one in texts(root, f"{head}/CtrlSum")] == [sum(amounts)]
    of_blocks = texts(root, "CstmrCdtTrfInitn/PmtInf/CtrlSum")
    assert sum(map(Decimal, of_blocks)) == sum(amounts)


def test_k04_amounts_have_the_decimals_of_their_currency():
    root = read(write_transfers(FILES["yen and dinars"]))
    amounts = texts(root, "CstmrCdtTrfInitn/PmtInf/CdtTrfTxInf/Amt/InstdAmt")
    assert amounts == ["13695", "27.978", "0.01"]


def test_a_payment_in_sepa_says_so_and_an_account_without_a_bic_too():
    root = read(write_transfers(file(block(is_sepa=True))))
    info = "CstmrCdtTrfInitn/PmtInf"
    assert texts(root, f"{info}/PmtTpInf/SvcLvl/Cd") == ["SEPA"]
    assert texts(root, f"{info}/ChrgBr") == ["SLEV"]
    bare = replace(HOST, bic="")
    other = replace(block(), account=bare)
    root = read(write_transfers(file(other)))
    assert texts(root, f"{info}/DbtrAgt/FinInstnId/Othr/Id") == ["NOTPROVIDED"]


def test_the_same_payments_are_the_same_bytes():
    assert write_transfers(file()) == write_transfers(file())
    assert write_transfers(file()).startswith(b"<?xml version='1.0' encoding='UTF-8'?>\n<Document")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (replace(file(), blocks=()), "There is nothing to pay"),
        (file(replace(block(), transfers=())), "There is nothing to pay"),
        (file(block(transfer(amount="0.00"))), "more than nothing"),
        (file(block(transfer(amount="-1.00"))), "more than nothing"),
        (file(block(transfer(), transfer())), "stands there once"),
        (file(block(), block(transfer("RS-000001-00000001"))), "stands there once"),
        (replace(file(), message_id="R" * 36), "An id has 1 to 35 signs"),
        (file(block(transfer(""))), "An id has 1 to 35 signs"),
    ],
)
def test_what_no_bank_could_pay_is_not_written(wrong, said):
    with pytest.raises(ValueError, match=said):
        write_transfers(wrong)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Ügür & Søn", "Ueguer + Son"),
        ("Société d’État «Çelik»", "Societe d'Etat 'Celik'"),
        ("Łódź_Kraków", "Lodz-Krakow"),
        ("  a \n b\t", "a b"),
        ("//a//b/", "a/b"),
        ("<GSMA>".strip("<>"), "GSMA"),
        ("ﬁne № 5", "fine No 5"),
        # The okina and its relatives are letters of the Pacific, and people type them in many ways.
        ("Tuʻilagi Fonoʻimoana", "Tu'ilagi Fono'imoana"),
        ("Taʼanga ʿAta ʾIlisapesi", "Ta'anga 'Ata 'Ilisapesi"),
        ("Kau`ai Kau´ai Kau′ai Kauꞌai", "Kau'ai Kau'ai Kau'ai Kau'ai"),
        ("Fakatūʻuake Ḷọjeḷọk", "Fakatu'uake Lojelok"),
    ],
)
def test_texts_are_written_in_the_letters_that_banks_take(written, kept):
    assert in_latin(written) == kept


@pytest.mark.parametrize("written", ["منظمة", "Организация", "组织", "a<b", "Ω", "💶"])
def test_what_has_no_such_letters_is_refused_by_its_first_one(written):
    with pytest.raises(ValueError, match="is no letter that banks take"):
        in_latin(written)


@given(st.text(max_size=60))
def test_whatever_is_written_is_of_those_letters_or_refused(written):
    try:
        kept = in_latin(written)
    except ValueError:
        return
    assert re.fullmatch(r"[A-Za-z0-9/\-?:().,'+ ]*", kept)
    assert in_latin(kept) == kept


IBANS = (
    "NO9386011117947", "MT84MALT011000012345MTLCAST001S", "GB29NWBK60161331926819",
    "DE89370400440532013000",
)  # fmt: skip


@pytest.mark.parametrize("iban", IBANS)
def test_an_iban_is_valid_and_with_one_other_digit_it_is_none(iban):
    assert accounts.is_valid_iban(iban)
    for place in range(2, len(iban)):
        if iban[place].isdigit():
            other = str((int(iban[place]) + 1) % 10)
            assert not accounts.is_valid_iban(iban[:place] + other + iban[place + 1 :])


def with_digits(country: str, rest: str) -> str:
    """The IBAN of this country with check digits that are right."""
    turned = "".join(str(int(sign, 36)) for sign in f"{rest}{country}00")
    return f"{country}{98 - int(turned) % 97:02d}{rest}"


@pytest.mark.parametrize(
    ("country", "length"),
    [("NO", 15), ("GB", 22), ("TL", 23), ("CH", 21), ("FR", 27), ("MU", 30), ("LC", 32)],
)
def test_an_iban_is_as_long_as_its_country_has_them_though_its_check_digits_are_right(
    country, length
):
    assert accounts.is_valid_iban(with_digits(country, "1" * (length - 4)))
    assert not accounts.is_valid_iban(with_digits(country, "1" * (length - 5)))
    assert not accounts.is_valid_iban(with_digits(country, "1" * (length - 3)))


def test_an_iban_of_a_country_that_the_registry_does_not_have_is_taken_by_its_check_digits():
    assert accounts.is_valid_iban(with_digits("SN", "08" + "1" * 22))
    assert not accounts.is_valid_iban("SN00" + "08" + "1" * 22)


def test_an_iban_that_is_said_to_be_none_is_told_so():
    with pytest.raises(ValueError, match="This is written like an IBAN: say that it is one"):
        read_account(
            holder="Société X", number="GB29 NWBK 6016 1331 9268 19", bic="NWBKGB2L", is_iban=False
        )
    with pytest.raises(ValueError, match="has a number of at most 34 signs"):
        read_account(holder="Société X", number="1" * 35, bic="NWBKGB2L", is_iban=False)


@pytest.mark.parametrize("text", ["", "GB29", "gb29nwbk60161331926819", "GB29NWBK6016133192681９"])
def test_what_does_not_look_like_an_iban_is_none(text):
    assert not accounts.is_valid_iban(text)


def test_an_account_is_read_as_people_type_it():
    typed = read_account(
        holder="Société X", number="gb29 nwbk 6016 1331 9268 19", bic="nwbkgb2l", is_iban=True
    )
    assert (typed.holder, typed.number, typed.bic, typed.masked) == (
        "Societe X", "GB29NWBK60161331926819", "NWBKGB2L", "GB… 6819",
    )  # fmt: skip


def test_f42_an_account_shows_itself_nowhere():
    assert "6016" not in repr(PARTNER)
    assert "GSM" not in repr(PARTNER)
    assert FAR.masked == "… 6789"
    assert replace(FAR, number="1234567").masked == "…"
