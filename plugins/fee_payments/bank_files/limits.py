"""How large a bank's file may be, and the sentences for what is larger."""

from __future__ import annotations

from ..exceptions import BankFileError

_CONTROLS = dict.fromkeys([*range(32), *range(127, 160)])

#: The largest file that is read. 100,000 entries of camt.053 with all their details have about as
#: much; the whole of a file is in memory once.
MAX_BYTES = 128 * 1024 * 1024

#: The most entries that one file may hold, after batches are taken apart.
MAX_ENTRIES = 200_000

#: The longest text of one entry. A bank passes on 140 characters, some a few times that.
MAX_TEXT = 10_000


#: How many bytes of XML may come before an entry ends: what is kept in memory beside the answer.
MAX_ELEMENT = 4 * 1024 * 1024

#: How deep elements may stand in each other; ISO 20022 has about fifteen levels.
MAX_DEPTH = 60

#: The longest line of a text file, and the most lines of one row or field.
MAX_LINE = 100_000
MAX_LINES = 1_000


def check_size(content: bytes) -> None:
    """Refuse a file that is empty or larger than ``MAX_BYTES``.

    Raises:
        BankFileError: it is.
    """
    if not content or content.isspace():
        raise BankFileError("The file is empty.")
    if len(content) > MAX_BYTES:
        raise BankFileError(
            f"The file has more than {MAX_BYTES // 1024**2} MiB; ask the bank for shorter periods."
        )


def check_count(entries: int) -> None:
    """Refuse a file of more than ``MAX_ENTRIES`` entries.

    Raises:
        BankFileError: it has more.
    """
    if entries > MAX_ENTRIES:
        raise BankFileError(
            f"The file has more than {MAX_ENTRIES:,} entries; ask the bank for shorter periods."
        )


def check_line(length: int, lines: int, *, place: str) -> None:
    """Refuse a line that has no end, or a row or field that goes on and on.

    Raises:
        BankFileError: more than ``MAX_LINE`` characters, or the last of more than ``MAX_LINES``.
    """
    if length > MAX_LINE:
        raise BankFileError(f"The line has more than {MAX_LINE:,} characters.", place=place)
    if lines > MAX_LINES:
        raise BankFileError(f"One field goes over more than {MAX_LINES:,} lines.", place=place)


def text_of(raw: str, *, place: str, field: str) -> str:
    """``one_line`` of a text that is not too long.

    Raises:
        BankFileError: it is longer than ``MAX_TEXT``.
    """
    if len(raw) > MAX_TEXT:
        said = f"has more than {MAX_TEXT:,} characters."
        raise BankFileError(said, place=place, field=field)
    return one_line(raw)


def one_line(raw: str) -> str:
    """A text on one line: line breaks and runs of blanks are one blank, control characters gone.

    Marks of direction stay; some scripts are not written without them.
    """
    said = " ".join(raw.split())
    return said if said.isprintable() else said.translate(_CONTROLS)
