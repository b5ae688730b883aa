"""Reads MT940, SWIFT's "Customer Statement Message" (category 9), strictly.

A statement is ``:20: :25: :28C: :60F:``, then ``:61:`` with ``:86:`` for each entry, then
``:62F:``; blocks around it (``{1:…}{4:…-}``), a bank's own lines before ``:20:``, and ``-`` after
it are read over.
``:60M:`` and ``:62M:`` are pages of one statement: all of them have to be in the file, and are put
together. ``:61:`` has an entry day (MMDD) or none; without one the day of the value is taken.
``C``, ``D``, ``RC`` (reversal of a credit: money goes out) and ``RD`` are read, others refused.

The encoding is found out (``texts.decode_swift``). A file that is cut inside a statement has no
``:62F:`` and is refused; one that is cut exactly between two statements cannot be told from a
shorter one.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from fairgate.money import Money, MoneyError

from ..exceptions import BankFileError
from . import limits
from .balances import check_balances
from .entry_keys import with_keys
from .mt940_details import Details, details_of
from .references import leaves_one
from .texts import decode_swift
from .values import BankEntry, BankStatement, FileKind, plain_account

_TAG = re.compile(r":([0-9]{2}[A-Z]?|NS):")
_BALANCE = re.compile(
    r"(?P<side>[CD])(?P<day>[0-9]{6})(?P<currency>[A-Z]{3})(?P<amount>[0-9]{1,15},[0-9]*)", re.ASCII
)
_ENTRY = re.compile(
    r"(?P<value>[0-9]{6})(?P<entry>[0-9]{4})?(?P<mark>RC|RD|C|D)(?P<funds>[A-Z])?"
    r"(?P<amount>[0-9]{1,15},[0-9]*)(?P<type>[A-Z][A-Z0-9]{3})"
    r"(?P<customer>.{0,64}?)(//(?P<bank>.{0,64}))?",
    re.ASCII,
)
_END = "-"
_NOTHING = ("NONREF", "NOREF", "NOTPROVIDED", "EREF")
#: A two-digit year from here on is of the last century.
_CENTURY = 80
_IBAN_AND_CURRENCY = re.compile(r"([A-Z]{2}[0-9]{2}[A-Z0-9]{11,30})[A-Z]{3}", re.ASCII)
#: Fields that say nothing of an entry: number of the message, related reference, moments, sums,
#: limits, available balances, the bank's own.
_READ_OVER = {"13", "13D", "21", "34F", "64", "65", "90C", "90D", "NS"}


@dataclass(slots=True)
class _Field:
    tag: str
    line: int
    lines: list[str]

    @property
    def place(self) -> str:
        return f"line {self.line}"


@dataclass(slots=True)
class _Page:
    """One message: a statement, or a page of it."""

    line: int
    fields: dict[str, _Field] = field(default_factory=dict)
    entries: list[tuple[_Field, _Field | None]] = field(default_factory=list)

    def text(self, *tags: str) -> str:
        for tag in tags:
            if tag in self.fields:
                one = self.fields[tag]
                return limits.text_of(one.lines[0], place=one.place, field=f":{tag}:")
        said = f"has no {' or '.join(f':{tag}:' for tag in tags)}; the file is cut off or damaged."
        raise BankFileError(said, place=f"the statement of line {self.line}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """A page, read: ``opens`` and ``closes`` say whether it is the first and the last one."""

    statement: BankStatement
    lasting: tuple[str, ...]
    number: str
    opens: bool
    closes: bool
    place: str


def read_mt940(content: bytes) -> tuple[BankStatement, ...]:
    """The statements of an MT940 file, in its order.

    Raises:
        BankFileError: the file is not whole, or something in it is not what it should be.
    """
    statements: list[BankStatement] = []
    open_pages: list[_Read] = []
    count = 0
    for page in _pages(_fields(decode_swift(content))):
        read = _read(page, count)
        count += len(read.lasting)
        _check_follows(open_pages, read)
        open_pages.append(read)
        if read.closes:
            statements.append(_together(open_pages))
            open_pages = []
    if open_pages:
        said = "goes on (:62M:), and its next page is not in the file; send all pages in one."
        raise BankFileError(said, place=open_pages[-1].place)
    if not statements:
        raise BankFileError("The file has no statement in it.")
    return tuple(statements)


def _fields(text: str) -> Iterator[_Field]:
    """The fields, with the lines that belong to each."""
    now: _Field | None = None
    for number, line in _lines(text):
        tag = _TAG.match(line)
        if now and (tag or line == _END):
            yield now
            now = None
        if tag:
            now = _Field(tag[1], number, [line[tag.end() :]])
        elif now and line:
            now.lines.append(line)
            limits.check_line(len(line), len(now.lines), place=f"line {number}")
    if now:
        yield now


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines with their numbers, without the headers of SWIFT's blocks; ``-`` ends a message."""
    is_open = False
    for number, ended in enumerate(io.StringIO(text, newline=None), start=1):
        line = raw = ended.rstrip("\n")
        if line.startswith("{"):
            _, begins, line = raw.rpartition("{4:")
            is_open = is_open or bool(begins)
            line = line if begins else ""
        elif line.rstrip() == _END or line.startswith("-}"):
            line, is_open = _END, False
        yield number, line
    if is_open:
        raise BankFileError("A block {4:…-} has no end; the file is cut off.")


def _pages(fields: Iterator[_Field]) -> Iterator[_Page]:
    page: _Page | None = None
    for one in fields:
        if one.tag == "20":
            if page:
                yield page
            page = _Page(one.line)
        if page is None:
            raise BankFileError("stands before :20:.", place=one.place, field=f":{one.tag}:")
        _add(page, one)
    if page:
        yield page


def _add(page: _Page, one: _Field) -> None:
    is_over = "62F" in page.fields or "62M" in page.fields
    if one.tag == "61" and not is_over:
        page.entries.append((one, None))
    elif one.tag == "86":
        # After the last balance it is about the statement, and a second one goes on the first.
        if page.entries and not is_over:
            entry, details = page.entries[-1]
            if details is None:
                page.entries[-1] = (entry, one)
            else:
                details.lines.extend(one.lines)
    elif one.tag in page.fields or one.tag == "61":
        raise BankFileError("stands where it cannot.", place=one.place, field=f":{one.tag}:")
    elif one.tag in ("20", "25", "28", "28C", "60F", "60M", "62F", "62M"):
        page.fields[one.tag] = one
    elif one.tag not in _READ_OVER:
        raise BankFileError("is no field of an MT940.", place=one.place, field=f":{one.tag}:")


def _read(page: _Page, count: int) -> _Read:
    number = page.text("28C", "28").partition("/")[0]
    opening, first_on = _balance(page, "60F", "60M")
    closing, last_on = _balance(page, "62F", "62M")
    limits.check_count(count + len(page.entries))
    read = [_entry(one, details, opening.currency) for one, details in page.entries]
    entries = tuple(entry for entry, _ in read)
    place = f"the statement of line {page.line}"
    if closing.currency != opening.currency:
        raise BankFileError("opens and closes in two currencies.", place=place, field=":62F:")
    check_balances(entries, opening, closing, place=place)
    return _Read(
        statement=BankStatement(
            kind=FileKind.MT940,
            account=_account(page.text("25")),
            currency=opening.currency,
            statement_id=f"{page.text('20')} {page.text('28C', '28')}",
            from_on=min((one.booked_on for one in entries if one.booked_on), default=first_on),
            to_on=last_on,
            opening_balance=opening,
            closing_balance=closing,
            entries=entries,
        ),
        lasting=tuple(lasting for _, lasting in read),
        number=number,
        opens="60F" in page.fields,
        closes="62F" in page.fields,
        place=place,
    )


def _check_follows(pages: list[_Read], read: _Read) -> None:
    if read.opens and not pages:
        return
    if read.opens:
        said = "begins before the one above it ends (:62M:)."
    elif not pages:
        said = "begins in the middle (:60M:); send all pages of a statement in one file."
    else:
        before, now = pages[-1].statement, read.statement
        if (before.account, pages[-1].number) != (now.account, read.number):
            said = "is no page of the statement above it."
        elif before.closing_balance != now.opening_balance:
            said = "does not open with what the page before it closes with; a page is missing."
        else:
            return
    raise BankFileError(said, place=read.place)


def _together(pages: list[_Read]) -> BankStatement:
    """One statement of its pages, with the keys of its entries."""
    first, last = pages[0].statement, pages[-1].statement
    entries = [
        pair for page in pages for pair in zip(page.statement.entries, page.lasting, strict=True)
    ]
    return replace(
        first,
        to_on=last.to_on,
        closing_balance=last.closing_balance,
        entries=with_keys(first.account, entries),
    )


def _account(text: str) -> str:
    """``:25:``: an IBAN, or bank and account; a currency after an IBAN is left out."""
    plain = plain_account(text)
    found = _IBAN_AND_CURRENCY.fullmatch(plain)
    return found[1] if found and leaves_one(found[1]) else plain


def _balance(page: _Page, *tags: str) -> tuple[Money, date]:
    text = page.text(*tags)
    tag = next(tag for tag in tags if tag in page.fields)
    place, name = page.fields[tag].place, f":{tag}:"
    found = _BALANCE.fullmatch(text)
    if not found:
        raise BankFileError(f"“{text}” is no balance.", place=place, field=name)
    amount = _money(found["amount"], found["currency"], place, name)
    return amount if found["side"] == "C" else -amount, _day(found["day"], place, name)


def _entry(one: _Field, more: _Field | None, currency: str) -> tuple[BankEntry, str]:
    found = _ENTRY.fullmatch(one.lines[0].rstrip())
    if not found:
        raise BankFileError("is no entry of an MT940.", place=one.place, field=":61:")
    value_on = _day(found["value"], one.place, ":61:")
    details = details_of(more.lines, place=more.place) if more else Details()
    supplement = limits.text_of(" ".join(one.lines[1:]), place=one.place, field=":61:")
    lasting = _known(found["bank"], one)
    entry = BankEntry(
        booked_on=_booked_on(found["entry"], value_on, one.place),
        value_on=value_on,
        amount=_money(found["amount"], currency, one.place, ":61:"),
        is_credit=found["mark"] in ("C", "RD"),
        is_reversal=found["mark"].startswith("R"),
        reference=_known(details.reference, one) or _known(found["customer"], one),
        bank_reference=lasting,
        remittance=details.remittance or supplement,
        structured_reference=details.structured_reference,
        payer_name=details.name,
        payer_account=plain_account(details.account),
        position=one.place,
    )
    return entry, lasting


def _known(text: str | None, one: _Field) -> str:
    plain = limits.text_of(text or "", place=one.place, field=":61:")
    return "" if plain.upper() in _NOTHING else plain


def _money(text: str, currency: str, place: str, name: str) -> Money:
    whole, _, decimals = text.partition(",")
    try:
        return Money(f"{whole}.{decimals}" if decimals else whole, currency)
    except MoneyError as error:
        raise BankFileError(str(error), place=place, field=name) from None


def _day(text: str, place: str, name: str) -> date:
    year, month, day = int(text[:2]), int(text[2:4]), int(text[4:])
    try:
        return date((1900 if year >= _CENTURY else 2000) + year, month, day)
    except ValueError:
        said = f"“{text}” is not a day (YYMMDD)."
        raise BankFileError(said, place=place, field=name) from None


def _booked_on(text: str | None, value_on: date, place: str) -> date:
    """The entry day has no year: it is the one that is nearest to the day of the value."""
    if not text:
        return value_on
    days = []
    for year in (value_on.year - 1, value_on.year, value_on.year + 1):
        try:
            days.append(date(year, int(text[:2]), int(text[2:])))
        except ValueError:
            continue  # 29 February
    if not days:
        said = f"“{text}” is not a day (MMDD)."
        raise BankFileError(said, place=place, field=":61:")
    return min(days, key=lambda day: abs(day - value_on))
