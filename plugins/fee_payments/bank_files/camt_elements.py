"""The parts of a camt file, one after the other, as plain texts by their path.

lxml reads: the platform has it (XBlock requires it), it is the fastest here, and it takes the file
in pieces. It loads no DTD and no entity, asks no network, and stops by itself at 256 levels and at
10 million characters of one text; how much may come before an entry ends is limited here. A file
that declares a document type is refused before its first statement: no bank sends one, and entities
("billion laughs", XXE) need it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from ..exceptions import BankFileError
from . import limits
from .values import FileKind

#: The versions whose structure was compared with what is read here.
VERSIONS = ("02", "04", "08", "10", "11")

_NAMESPACE = re.compile(
    r"urn:iso:std:iso:20022:tech:xsd:(?P<kind>[a-z]{4}\.[0-9]{3})\.001\.(?P<version>[0-9]{2})"
)
_PIECE = 64 * 1024
_SAFE = {
    "resolve_entities": False,
    "load_dtd": False,
    "dtd_validation": False,
    "attribute_defaults": False,
    "no_network": True,
    "huge_tree": False,
    "recover": False,
    # A comment in the middle of a text would cut it.
    "remove_comments": True,
    "remove_pis": True,
}
_KINDS = {"camt.053": FileKind.CAMT053, "camt.054": FileKind.CAMT054}
# What nobody asks for here, by the name of its outermost element: half of what a bank sends.
_READ_OVER = {"BkTxCd", "Chrgs", "Intrst", "Purp", "RltdAgts", "RltdDts", "SplmtryData", "Tax"}
_STATEMENT = {FileKind.CAMT053: "Stmt", FileKind.CAMT054: "Ntfctn"}


class Fields(dict[str, list[str]]):
    """The texts below one element, by path: ``{"Refs/EndToEndId": ["E-1"]}``.

    ``Amt@Ccy`` is the attribute. Only elements of the file's own namespace are there.
    """

    def one(self, *paths: str) -> str:
        """The first text under the first of the paths that has one, else ``""``."""
        return next((self[path][0] for path in paths if self.get(path)), "")

    def all(self, path: str) -> list[str]:
        """Every text under a path, in the order of the file."""
        return self.get(path, [])


@dataclass(frozen=True, slots=True)
class Part:
    """One element that has ended: ``TxDtls``, ``Ntry``, ``Bal``, ``Stmt`` or ``Ntfctn``."""

    name: str
    line: int
    fields: Fields


def kind_of(content: bytes) -> FileKind:
    """Whether XML is a camt.053 or a camt.054, by the namespace of its first element.

    Raises:
        BankFileError: not XML, a document type, another message or version.
    """
    return _KINDS[_checked_namespace(_first_element(content))["kind"]]


def parts(content: bytes, kind: FileKind) -> Iterator[Part]:
    """The entries and statements of a file, each when it ends, so inner ones come first.

    Raises:
        BankFileError: no well-formed XML, up to its last byte.
    """
    root = _first_element(content)
    namespace = f"{{{_checked_namespace(root)[0]}}}"
    names = {f"{namespace}{name}": name for name in ("TxDtls", "Ntry", "Bal", _STATEMENT[kind])}
    for element in _elements(content, "end", tuple(names)):
        name = names[element.tag]
        _check_parent(element, name, namespace, kind)
        yield Part(name, element.sourceline or 0, _fields(element, namespace))
        # What was read is not kept: the texts go at once, the empty elements with their parent.
        element.clear()


def _first_element(content: bytes) -> Any:
    element = next(_elements(content, "start"))
    document = element.getroottree().docinfo
    if document.doctype or document.internalDTD is not None:
        raise BankFileError(
            "The file declares a document type (DOCTYPE). No bank's file has one; it was not read."
        )
    return element


def _elements(content: bytes, event: str, tags: tuple[str, ...] | None = None) -> Iterator[Any]:
    """The elements as they start or end, while the file is read in pieces."""
    parser = etree.XMLPullParser(events=(event,), tag=tags, **_SAFE)
    waiting = 0
    try:
        for start in range(0, len(content), _PIECE):
            parser.feed(content[start : start + _PIECE])
            waiting += _PIECE
            for _, element in parser.read_events():
                waiting = 0
                yield element
            if waiting > limits.MAX_ELEMENT:
                most = limits.MAX_ELEMENT // 1024**2
                raise BankFileError(f"More than {most} MiB of XML come before an entry ends.")
        parser.close()
    except etree.XMLSyntaxError as error:
        # The words of the parser may quote the file; where it stopped is enough.
        raise BankFileError(
            "The XML ends or breaks here. The file is cut off or damaged; nothing of it was read.",
            place=f"line {error.lineno or 1}",
        ) from None


def _checked_namespace(root: Any) -> re.Match[str]:
    # No QName of lxml: it refuses a name that only damaged files have, in its own words.
    namespace, _, name = root.tag[1:].rpartition("}")
    found = _NAMESPACE.fullmatch(namespace)
    if name != "Document" or not found or found["kind"] not in _KINDS:
        raise BankFileError(
            "This XML is neither a camt.053 nor a camt.054 of ISO 20022"
            f"{_what_instead(found)}; ask the bank for camt.053."
        )
    if found["version"] not in VERSIONS:
        known = ", ".join(VERSIONS)
        raise BankFileError(
            f"Version {found['version']} of {found['kind']} is not known here; "
            f"known are {found['kind']}.001 in the versions {known}."
        )
    return found


def _what_instead(found: re.Match[str] | None) -> str:
    return f", but {found['kind']}" if found else ""


def _check_parent(element: Any, name: str, namespace: str, kind: FileKind) -> None:
    statement = _STATEMENT[kind]
    where = {"TxDtls": "NtryDtls", "Ntry": statement, "Bal": statement}.get(name)
    parent = element.getparent()
    if where and (parent is None or parent.tag != f"{namespace}{where}"):
        said = f"stands outside of {where}."
        raise BankFileError(said, place=f"line {element.sourceline}", field=name)


def _fields(element: Any, namespace: str) -> Fields:
    fields = Fields()
    _collect(element, namespace, "", fields)
    return fields


def _collect(element: Any, namespace: str, path: str, fields: Fields) -> None:
    if path.count("/") > limits.MAX_DEPTH:
        said = f"Elements stand in each other {limits.MAX_DEPTH} times and more."
        raise BankFileError(said, place=f"line {element.sourceline}")
    for child in element:
        tag = child.tag
        name = tag[len(namespace) :]
        if name in _READ_OVER or not tag.startswith(namespace):
            continue
        below = path + name
        text = child.text
        if text and not text.isspace():
            if len(text) > limits.MAX_TEXT:
                limits.text_of(text, place=f"line {child.sourceline}", field=below)
            fields.setdefault(below, []).append(limits.one_line(text))
            if name == "Amt":
                fields.setdefault(f"{below}@Ccy", []).append(child.get("Ccy", ""))
        if len(child):
            _collect(child, namespace, f"{below}/", fields)
