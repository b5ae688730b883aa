"""Files that people write: strict YAML and CSV whose errors name file, line and field.

* DocumentError         one fault, at one place
  + DocumentErrors      every fault of a file, in the order of its lines

Reading is all or nothing: a file with a fault yields no row at all, and every fault is named at
once, so that a person mends a file in one go; of more than ``MOST_FAULTS`` the first are named.

Strict means: UTF-8 (a BOM is read over), no NUL, a size limit, and a sentence for what people send
instead (a spreadsheet, UTF-16, a CSV with semicolons); in YAML no tags, no anchors or
aliases (a "billion laughs" has nothing to laugh with), no key twice, and every plain scalar stays
the text that was written except whole numbers, decimals, ``true``, ``false`` and ``null``: Norway
(``NO``) is not false and ``004`` is not 4. In CSV commas, a fixed header, no missing or extra
cells.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Any

import yaml

from fairgate.counted import counted
from fairgate.errors import FairgateError

MAX_BYTES = 5 * 1024 * 1024
MAX_DEPTH = 50
#: No line of a file that is read line by line is longer.
LONGEST_LINE = 64 * 1024
#: So many faults of a file are named: who mends these finds the others.
MOST_FAULTS = 500


class DocumentError(FairgateError, ValueError):
    """One fault in a file: where it is and what is wrong, as a sentence."""

    def __init__(self, sentence: str, *, file: str, line: int = 0, field: str = "") -> None:
        self.sentence, self.file, self.line, self.field = sentence, file, line, field
        super().__init__(str(self))

    def __str__(self) -> str:
        place = [self.file]
        if self.line:
            place.append(f"line {self.line}")
        if self.field:
            place.append(self.field)
        return f"{', '.join(place)}: {self.sentence}"


class DocumentErrors(DocumentError):
    """All faults of one file. ``faults`` lists them; the text has one line per fault."""

    def __init__(self, faults: Sequence[DocumentError]) -> None:
        self.faults = tuple(faults)
        first = self.faults[0]
        super().__init__(first.sentence, file=first.file, line=first.line, field=first.field)

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)


class Faults:
    """Collects the faults of one file while it is read, and ends the reading when they are many.

    ``with Faults("terms.yaml") as faults:`` raises all that were added when the block ends.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self._found: list[DocumentError] = []

    def add(self, sentence: str, *, line: int = 0, field: str = "") -> None:
        """Note a fault and go on reading.

        Raises:
            DocumentErrors: so many were found that nobody reads more.
        """
        self._found.append(DocumentError(sentence, file=self.file, line=line, field=field))
        if len(self._found) >= MOST_FAULTS:
            self.raise_if_any()

    def __bool__(self) -> bool:
        return bool(self._found)

    def __len__(self) -> int:
        """How many were found so far."""
        return len(self._found)

    def __enter__(self) -> Faults:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.raise_if_any()

    def raise_if_any(self) -> None:
        """Raise what was found so far, in the order of the lines."""
        if self._found:
            raise DocumentErrors(sorted(self._found, key=lambda fault: fault.line))


class Mapped(dict[str, Any]):
    """A YAML mapping that remembers its lines: ``line`` of itself, ``line_of(key)`` of a key."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self._lines: dict[str, int] = {}

    def put(self, key: str, value: Any, line: int) -> None:
        """Add a key that stands on ``line``."""
        self[key] = value
        self._lines[key] = line

    def line_of(self, key: str) -> int:
        """The line of a key, or of the mapping if the key is not there."""
        return self._lines.get(key, self.line)


@dataclass(frozen=True, slots=True)
class Row:
    """One record of a CSV file, by column, with the line it starts on."""

    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]


def read_text(path: str | Path) -> str:
    """The text of a file.

    Raises:
        DocumentError: it is not there, too large, not UTF-8, or holds a NUL.
    """
    file = Path(path)
    try:
        if file.stat().st_size > MAX_BYTES:
            raise DocumentError("is larger than 5 MB.", file=str(path))
        raw = file.read_bytes()
    except OSError as error:
        raise DocumentError(f"cannot be read: {error.strerror}.", file=str(path)) from None
    return decode(raw, file=str(path))


def decode(raw: bytes, *, file: str) -> str:
    """Bytes of a file or an upload as text, by the rules of ``read_text``."""
    if len(raw) > MAX_BYTES:
        raise DocumentError("is larger than 5 MB.", file=file)
    other = _other_kind(raw)
    if other:
        raise DocumentError(f"is {other}.", file=file)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise DocumentError("is not UTF-8 text.", file=file, line=line) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise DocumentError("holds a NUL character.", file=file, line=line)
    return text


def read_lines(path: str | Path) -> Iterator[str]:
    """The lines of a file of any length, one by one, by the rules of ``read_text``.

    Raises:
        DocumentError: as ``read_text``, but for the size; a line is longer than any that we read.
    """
    file = str(path)
    try:
        with Path(path).open("rb") as opened:
            other = _other_kind(opened.peek(200))
            if other:
                raise DocumentError(f"is {other}.", file=file)
            raw_lines = iter(lambda: opened.readline(LONGEST_LINE + 1), b"")
            for number, raw in enumerate(raw_lines, start=1):
                yield _decoded(raw, file, number)
    except OSError as error:
        raise DocumentError(f"cannot be read: {error.strerror}.", file=file) from None


def _decoded(raw: bytes, file: str, number: int) -> str:
    if len(raw) > LONGEST_LINE:
        said = f"is longer than {LONGEST_LINE // 1024} KB; is there no end of a line?"
        raise DocumentError(said, file=file, line=number)
    try:
        text = raw.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError:
        raise DocumentError("is not UTF-8 text.", file=file, line=number) from None
    if "\0" in text:
        raise DocumentError("holds a NUL character.", file=file, line=number)
    return text


def _other_kind(raw: bytes) -> str:
    """What a file is that people take for text, in words; "" when nothing speaks against text."""
    for signature, words in _SIGNATURES:
        if raw.startswith(signature):
            return words
    # UTF-16 without its mark: every other byte of Latin text is zero.
    start = raw[:200]
    if len(start) > 3 and max(start[::2].count(0), start[1::2].count(0)) > len(start) // 4:
        return _UTF_16
    return ""


_UTF_16 = "UTF-16 text; save it as UTF-8"
_SIGNATURES = (
    (b"\xff\xfe", _UTF_16),
    (b"\xfe\xff", _UTF_16),
    (b"PK\x03\x04", "a spreadsheet or another ZIP archive, not text; save it as CSV (UTF-8)"),
    (b"\xd0\xcf\x11\xe0", "an Office file, not text; save it as CSV (UTF-8)"),
    (b"%PDF", "a PDF, not text"),
    (b"\x1f\x8b", "a gzip archive, not text; unpack it"),
    (b"\x89PNG", "a picture, not text"),
    (b"\xff\xd8\xff", "a picture, not text"),
)


def parse_yaml(text: str, *, file: str) -> Any:
    """One strict YAML document as ``Mapped``, lists and plain values.

    Raises:
        DocumentError: the text is not YAML, or uses what is not allowed here.
    """
    try:
        _refuse_aliases(text, file)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        if node is None:
            raise DocumentError("is empty.", file=file)
        return _value(node, file)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        sentence = f"holds a control character (U+{error.character:04X})."
        raise DocumentError(sentence, file=file, line=line) from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise DocumentError(f"is not YAML: {error.problem}.", file=file, line=line) from None


def parse_csv(
    text: str, *, file: str, columns: Sequence[str], optional: Sequence[str] = ()
) -> tuple[Row, ...]:
    """The rows of a CSV with a header that has exactly these columns, in any order.

    Raises:
        DocumentError: the header or a row does not fit, or the quoting is broken.
    """
    with Faults(file) as faults:
        lines = io.StringIO(text, newline="")
        return tuple(each_row(lines, file=file, columns=columns, optional=optional, faults=faults))


def each_row(
    lines: Iterable[str],
    *,
    file: str,
    columns: Sequence[str],
    faults: Faults,
    optional: Sequence[str] = (),
) -> Iterator[Row]:
    """The rows of such a CSV one by one, of which no more is held than a line.

    A row that does not fit is added to ``faults``, and the next one is read.

    Raises:
        DocumentError: the header does not fit, or the rows that do not are too many.
    """
    source = iter(lines)
    first = next(source, "").removeprefix("\ufeff")
    _check_delimiter(first, {*columns, *optional}, file)
    last = _Last(chain([first], source))
    reader = csv.reader(last, strict=True)
    try:
        header = next(reader, [])
        _check_header(header, columns, optional, faults)
        faults.raise_if_any()
        yield from _rows(reader, header, faults, is_whole=lambda: last.line.endswith("\n"))
    except csv.Error as error:
        cut = " The file ends within a quoted cell; was it cut off?" if _is_cut(error) else ""
        faults.add(f"is not CSV: {error}.{cut}", line=reader.line_num)


class _Last:
    """Lines as they come, of which the last one is remembered."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines, self.line = lines, ""

    def __iter__(self) -> _Last:
        return self

    def __next__(self) -> str:
        self.line = next(self._lines)
        return self.line


def _is_cut(error: csv.Error) -> bool:
    return str(error) == "unexpected end of data"


_DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "vertical bars", ":": "colons"}


def _check_delimiter(text: str, known: Collection[str], file: str) -> None:
    """One sentence for a file that a spreadsheet wrote with another delimiter.

    Without it every column would be missing.
    """
    header = text.split("\n", 1)[0].rstrip("\r")
    found = {sign: _known_cells(header, sign, known) for sign in (",", *_DELIMITERS)}
    best = max(found, key=lambda sign: found[sign])
    if found[best] > max(found[","], 1):
        raise DocumentError(
            f"the cells are separated by {_DELIMITERS[best]}; commas are needed.",
            file=file,
            line=1,
        )


def _known_cells(header: str, sign: str, known: Collection[str]) -> int:
    return sum(cell.strip(' "') in known for cell in header.split(sign))


def _check_header(
    header: Sequence[str], columns: Sequence[str], optional: Sequence[str], faults: Faults
) -> None:
    if not header:
        faults.add("is empty.")
        return
    for column in columns:
        if column not in header:
            faults.add("this column is missing.", line=1, field=column)
    for column in sorted({name for name in header if header.count(name) > 1}):
        faults.add("this column stands there twice.", line=1, field=column)
    for column in header:
        if column not in columns and column not in optional:
            faults.add("this column is not known here.", line=1, field=column or "(blank)")


def _rows(
    reader: Any, header: Sequence[str], faults: Faults, *, is_whole: Callable[[], bool]
) -> Iterator[Row]:
    start, short = reader.line_num + 1, 0
    for cells in reader:
        short = 0
        if len(cells) == len(header):
            yield Row(start, dict(zip(header, (cell.strip() for cell in cells), strict=True)))
        elif cells:
            said = f"has {counted(len(cells), 'cell')}, the header has {len(header)}."
            faults.add(said, line=start)
            short = start if len(cells) < len(header) else 0
        start = reader.line_num + 1
    if short and not is_whole():
        faults.add("the file ends within this row; it was cut off.", line=short)


def _refuse_aliases(text: str, file: str) -> None:
    """Stop at what is not used here, and at a depth nobody writes, before anything is built."""
    depth = 0
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        line = token.start_mark.line + 1
        if isinstance(token, yaml.AnchorToken | yaml.AliasToken | yaml.TagToken):
            sentence = "anchors, aliases and tags are not used here."
            raise DocumentError(sentence, file=file, line=line)
        depth += isinstance(token, _OPENING) - isinstance(token, _CLOSING)
        if depth > MAX_DEPTH:
            raise DocumentError("is nested too deeply.", file=file, line=line)


_OPENING = (
    yaml.BlockMappingStartToken,
    yaml.BlockSequenceStartToken,
    yaml.FlowMappingStartToken,
    yaml.FlowSequenceStartToken,
)
_CLOSING = (yaml.BlockEndToken, yaml.FlowMappingEndToken, yaml.FlowSequenceEndToken)

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})", re.ASCII)
_DECIMAL = re.compile(r"-?[0-9]{1,18}\.[0-9]{1,18}", re.ASCII)
_WORDS: Mapping[str, bool | None] = {"true": True, "false": False, "null": None, "": None}


def _value(node: Any, file: str, field: str = "") -> Any:
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, file)
    if isinstance(node, yaml.SequenceNode):
        return [_value(child, file, field) for child in node.value]
    _refuse_control_characters(node, file, field)
    return _scalar(node)


def _mapping(node: yaml.MappingNode, file: str) -> Mapped:
    mapped = Mapped(node.start_mark.line + 1)
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise DocumentError("a key is a word.", file=file, line=line)
        _refuse_control_characters(key_node, file)
        if key_node.value in mapped:
            raise DocumentError(
                "this key stands there twice.", file=file, line=line, field=key_node.value
            )
        mapped.put(key_node.value, _value(value_node, file, key_node.value), line)
    return mapped


def _refuse_control_characters(node: yaml.ScalarNode, file: str, field: str = "") -> None:
    """Whoever writes it as an escape gets no further than with the character itself."""
    found = yaml.reader.Reader.NON_PRINTABLE.search(node.value)
    if found is not None:
        sentence = f"holds a control character (U+{ord(found.group()):04X})."
        raise DocumentError(sentence, file=file, line=node.start_mark.line + 1, field=field)


def _scalar(node: yaml.ScalarNode) -> str | int | Decimal | bool | None:
    text: str = node.value
    if node.style in ("'", '"', "|", ">"):
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text):
        return Decimal(text)
    return text
