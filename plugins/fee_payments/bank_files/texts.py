"""Bytes of a text file as text, refused where they are not what they are said to be."""

from __future__ import annotations

import codecs

from ..exceptions import BankFileError

#: The encodings that a mapping may name, with what they are for.
ENCODINGS = {
    "utf-8": "nearly everything today",
    "utf-16": "Unicode text of spreadsheets",
    "cp1250": "Windows, Central Europe",
    "cp1251": "Windows, Cyrillic",
    "cp1252": "Windows, Western Europe",
    "cp1256": "Windows, Arabic",
    "iso-8859-1": "Latin 1",
    "iso-8859-2": "Latin 2",
    "iso-8859-5": "Cyrillic",
    "iso-8859-6": "Arabic",
    "iso-8859-15": "Latin 9",
    "koi8-r": "Cyrillic",
    "gb18030": "Chinese",
    "big5": "Chinese, traditional",
}

_BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
# Ctrl-Z, which programs of the days of DOS still write.
_END_OF_FILE = "\x1a"


def decode(content: bytes, encoding: str) -> str:
    """The text of a file in one of ``ENCODINGS``, without its byte order mark.

    Raises:
        BankFileError: it is in another encoding, or has a NUL in it.
    """
    if content.startswith(codecs.BOM_UTF8) and encoding != "utf-8":
        raise BankFileError(f"The file begins as UTF-8, and is to be read as {encoding}.")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        said = f"A character here is not {encoding}; choose the encoding that the bank writes."
        raise BankFileError(said, place=f"line {line}") from None
    return _without_nul(text.removeprefix(_BOM))


def decode_swift(content: bytes) -> str:
    """The text of an MT940: UTF-8 if it is valid as such, else Windows-1252, else Latin 1.

    SWIFT itself allows ASCII only; banks write umlauts in one of these three. A text with a
    character beyond ASCII is UTF-8 by chance only if it was made for that.
    """
    for encoding in ("utf-8", "cp1252"):
        try:
            return _without_nul(content.decode(encoding).removeprefix(_BOM))
        except UnicodeDecodeError:
            continue
    return _without_nul(content.decode("iso-8859-1"))


def _without_nul(text: str) -> str:
    text = text.rstrip(_END_OF_FILE)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        said = "There is a NUL here, so this is no text, or has another encoding."
        raise BankFileError(said, place=f"line {line}")
    return text
