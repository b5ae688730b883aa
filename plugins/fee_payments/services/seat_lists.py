"""Reads lists of people that a coordinator uploads or pastes: strictly, whole or not at all.

A file that is half right is refused as a whole, with every line named that is not: nobody has to
find out who of ten thousand was invited. The corrected file is sent again, and who is invited
already is not invited twice.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from fee_payments.data.institution_seats import Invitee
from fee_payments.exceptions import SeatListRefused

MAX_BYTES = 1024 * 1024
MAX_LINES = 10_000
_ADDRESS = frozenset({"email", "e-mail", "mail", "email address", "e-mail address"})
_NAME = frozenset({"name", "full name"})
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read_people(raw: bytes | str) -> tuple[Invitee, ...]:
    """The people of a CSV file (bytes) or of what was pasted: an address a line, a name after it.

    Columns are separated by commas, semicolons or tabs, as the first line has it. A first line that
    names its columns (``email``, ``name``) says which is which; without one the address comes
    first. A file is UTF-8, or UTF-16 with its mark; other encodings are refused and not guessed,
    as a wrong guess spells names wrongly. Empty lines do not count.

    Raises:
        SeatListRefused: it is too large, not such a file, or has lines of another shape; each is
            named. Whether an address is one is looked at by ``assign_seats``.
    """
    text = _decoded(raw) if isinstance(raw, bytes) else raw
    if len(text) > MAX_BYTES:
        raise _refused(_("The list is larger than one megabyte."))
    if "\0" in text:
        raise _refused(_("This is no list of text: it has a sign that no text has."))
    return _people(_rows(text))


def _decoded(raw: bytes) -> str:
    if len(raw) > MAX_BYTES:
        raise _refused(_("The list is larger than one megabyte."))
    encoding = next((name for mark, name in _BOMS if raw.startswith(mark)), "utf-8")
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        raise _refused(
            _("The file is not in UTF-8. Please save it as “CSV UTF-8” and send it again.")
        ) from None


def _refused(sentence: str) -> SeatListRefused:
    return SeatListRefused(sentence)


def _rows(text: str) -> list[tuple[int, list[str]]]:
    """The lines that are not empty, with their numbers."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[tuple[int, list[str]]] = []
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((reader.line_num, [cell.strip() for cell in cells]))
            if len(rows) > MAX_LINES + 1:
                raise _refused(
                    _("A list has at most %(most)s people; please split it.") % {"most": MAX_LINES}
                )
    except csv.Error:
        fault = (reader.line_num, _("a quotation mark is missing or too many"))
        raise SeatListRefused(_("Nobody was invited: the list cannot be read."), (fault,)) from None
    return rows


def _people(rows: Sequence[tuple[int, list[str]]]) -> tuple[Invitee, ...]:
    address, name, rows = _columns(rows)
    faults = tuple(_misshapen(rows, most=max(address, name) + 1))
    if faults:
        raise SeatListRefused(_("Nobody was invited: some lines have more columns."), faults)
    people = tuple(
        Invitee(email=_cell(cells, address), name=_cell(cells, name), place=line)
        for line, cells in rows
    )
    if not people:
        raise _refused(_("The list names nobody."))
    return people


def _columns(
    rows: Sequence[tuple[int, list[str]]],
) -> tuple[int, int, Sequence[tuple[int, list[str]]]]:
    """Where the address stands, where the name, and the lines of people."""
    if not rows:
        return 0, 1, rows
    head = [cell.lower() for cell in rows[0][1]]
    places = {kind: place for place, cell in enumerate(head) for kind in _kinds(cell)}
    if "address" not in places:
        return 0, 1, rows
    return places["address"], places.get("name", places["address"] + 1), rows[1:]


def _kinds(cell: str) -> Iterable[str]:
    if cell in _ADDRESS:
        yield "address"
    if cell in _NAME:
        yield "name"


def _misshapen(rows: Sequence[tuple[int, list[str]]], *, most: int) -> Iterable[tuple[int, str]]:
    for line, cells in rows:
        if any(cells[most:]):
            yield line, _("it has more columns than an address and a name")


def _cell(cells: Sequence[str], place: int) -> str:
    return cells[place] if place < len(cells) else ""
