"""From the bytes of an SVG to its elements: strict XML, and nothing of it resolved.

Expat reads it, in the order of the file, so that each limit holds before anything is kept. It
counts lines, which a sentence needs, and it is the parser of Python itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from fairgate_marks import allowed
from fairgate_marks.errors import MarkRefused, Reason

MAX_DEPTH = 50
MAX_ELEMENTS = 5_000
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_ENCODINGS = {"utf-8", "utf8", "us-ascii", "ascii"}
_W3C = "-//W3C//DTD SVG "


@dataclass(slots=True, eq=False)
class Node:
    """An element as it stands in the file.

    ``name`` is a plain one if it is SVG's, as are the names of ``attributes`` without a namespace.
    Everything else has its namespace in front, with a blank between; that may be empty.
    """

    name: str
    line: int
    attributes: dict[str, str]
    children: list[Node] = field(default_factory=list)
    text: str = ""

    def refusal(
        self, reason: Reason, *, attribute: str = "", found: object = "", limit: object = ""
    ) -> MarkRefused:
        """A refusal of something in this element."""
        return MarkRefused(
            reason,
            found=found,
            limit=limit,
            line=self.line,
            element=self.name.rpartition(" ")[2],
            attribute=attribute.rpartition(" ")[2],
        )


def tree_of(content: bytes) -> Node:
    """The outermost element of a file, with everything inside.

    Raises:
        MarkRefused: it is no strict XML, or larger than a mark has reason to be.
    """
    text = _text(content)
    reading = _Reading()
    parser = reading.parser
    try:
        parser.Parse(text.encode(), True)  # noqa: FBT003 — it takes no keywords
    except expat.ExpatError as error:
        raise MarkRefused(
            Reason.NOT_XML, found=expat.ErrorString(error.code), line=error.lineno
        ) from error
    return reading.root


def _text(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise MarkRefused(Reason.NOT_UTF8, line=line) from error
    if found := _CONTROL.search(text):
        raise MarkRefused(Reason.CONTROL_CHARACTER, line=text.count("\n", 0, found.start()) + 1)
    return text


class _Reading:
    """What has been read so far."""

    def __init__(self) -> None:
        self.root = Node("", 0, {})
        self._open: list[Node] = []
        self._elements = 0
        # Whatever the file declares, it was decoded from UTF-8 and is given as that.
        self.parser = parser = expat.ParserCreate("utf-8", namespace_separator=" ")
        parser.buffer_text = True
        parser.XmlDeclHandler = self._declares
        parser.StartElementHandler = self._starts
        parser.EndElementHandler = self._ends
        parser.CharacterDataHandler = self._says
        parser.StartDoctypeDeclHandler = self._document_type
        parser.SkippedEntityHandler = self._entity
        parser.ProcessingInstructionHandler = self._instruction

    def _starts(self, name: str, attributes: dict[str, str]) -> None:
        node = Node(
            _name_in_svg(name),
            self.parser.CurrentLineNumber,
            dict(attributes),
        )
        self._elements += 1
        if self._elements > MAX_ELEMENTS:
            raise node.refusal(Reason.TOO_MANY_ELEMENTS, limit=f"{MAX_ELEMENTS:,}")
        if len(self._open) >= MAX_DEPTH:
            raise node.refusal(Reason.TOO_DEEP, limit=MAX_DEPTH)
        if self._open:
            self._open[-1].children.append(node)
        else:
            self.root = node
        self._open.append(node)

    def _ends(self, _name: str) -> None:
        self._open.pop()

    def _says(self, text: str) -> None:
        self._open[-1].text += text

    def _declares(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() not in _ENCODINGS:
            raise MarkRefused(Reason.OTHER_ENCODING, found=encoding, line=1)

    def _document_type(
        self, _name: str, _system: str | None, public: str | None, has_declarations: Any
    ) -> None:
        # Old editors write that of SVG 1.1. Nobody fetches it, and it is not written again.
        if has_declarations or not (public or "").startswith(_W3C):
            raise MarkRefused(Reason.DOCUMENT_TYPE, line=self.parser.CurrentLineNumber)

    def _entity(self, name: str, _is_parameter: Any) -> None:
        line = self.parser.CurrentLineNumber
        raise MarkRefused(Reason.ENTITY, found=f"&{name};", line=line)

    def _instruction(self, target: str, _data: str) -> None:
        line = self.parser.CurrentLineNumber
        raise MarkRefused(Reason.INSTRUCTION, found=target, line=line)


def _name_in_svg(name: str) -> str:
    """The plain name of an element of SVG. One without a namespace is none of SVG's."""
    namespace, _, local = name.rpartition(" ")
    return local if namespace == allowed.SVG else f"{namespace} {local}"
