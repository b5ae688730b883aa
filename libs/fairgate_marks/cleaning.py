"""From what stands in an SVG to what a mark may have: element by element, value by value.

Nothing is passed on as it was. What draws nothing is left out without a word; what could draw or
do something else is refused, so that nobody approves a picture that is not theirs.
"""

from __future__ import annotations

from dataclasses import dataclass

from fairgate_marks import allowed, grammar
from fairgate_marks.errors import MarkRefused, Reason
from fairgate_marks.stylesheets import Rule, rules_of, styled
from fairgate_marks.xml_reading import Node

_HREF = f"{allowed.XLINK} href"
_IS_READ_ELSEWHERE = frozenset({"id", "class", "style"})


@dataclass(slots=True, eq=False)
class Element:
    """An element of a mark. Its names and values are ours; ``line`` is where it came from."""

    name: str
    line: int
    id: str
    attributes: dict[str, str]
    children: tuple[Element, ...]

    def refusal(
        self, reason: Reason, *, attribute: str = "", found: object = "", limit: object = ""
    ) -> MarkRefused:
        """A refusal of something in this element."""
        return MarkRefused(
            reason,
            found=found,
            limit=limit,
            line=self.line,
            element=self.name,
            attribute=attribute,
        )


def cleaned(root: Node) -> Element:
    """The picture with nothing but what a mark may have.

    Raises:
        MarkRefused: it has something that a mark may not have, and that cannot just be left out.
    """
    if root.name != "svg":
        raise root.refusal(Reason.NOT_SVG, found=_namespace(root.name))
    sheets: list[Node] = []
    _check(root, None, sheets)
    return _element(root, rules_of(sheets))


def _check(node: Node, parent: Node | None, sheets: list[Node]) -> None:
    """Whether everything inside is allowed; what is left out is taken out, styles are collected."""
    if parent and node.name not in allowed.ELEMENTS:
        raise node.refusal(_why_not(node), found=_namespace(node.name))
    if parent and node.name not in allowed.INSIDE.get(parent.name, ()):
        raise node.refusal(Reason.MISPLACED, found=f"<{parent.name}>")
    if node.text.strip():
        raise node.refusal(Reason.STRAY_TEXT, found=node.text.strip())
    node.children = [child for child in node.children if not _is_left_out(child)]
    sheets += [child for child in node.children if child.name == "style"]
    node.children = [child for child in node.children if child.name != "style"]
    for child in node.children:
        _check(child, node, sheets)


def _is_left_out(node: Node) -> bool:
    return node.name in allowed.LEFT_OUT or _is_editors(node.name)


def _is_editors(name: str) -> bool:
    return name.startswith(allowed.EDITORS)


def _namespace(name: str) -> str:
    return name.rpartition(" ")[0] or "no namespace"


def _why_not(node: Node) -> Reason:
    if " " in node.name:
        return Reason.OTHER_NAMESPACE
    if node.name.startswith("fe"):
        return allowed.REFUSED.get(node.name, Reason.FILTER)
    return allowed.REFUSED.get(node.name, Reason.ELEMENT)


def _element(node: Node, rules: tuple[Rule, ...]) -> Element:
    name = node.attributes.get("id", "").strip()
    return Element(
        name=node.name,
        line=node.line,
        # What cannot be referred to has no name.
        id=name if grammar.is_name(name) else "",
        attributes=_attributes(node, rules),
        children=tuple(_element(child, rules) for child in node.children),
    )


def _attributes(node: Node, rules: tuple[Rule, ...]) -> dict[str, str]:
    """All that is said of an element, in the order of names: attributes, then styles over them."""
    own = allowed.ATTRIBUTES[node.name]
    found = _read(node, _plain(node), {**allowed.PROPERTIES, **own}, Reason.ATTRIBUTE)
    try:
        said = styled(node, rules)
    except MarkRefused as refusal:
        raise refusal.at(line=node.line, element=node.name, attribute="style") from refusal
    found |= _read(node, said, allowed.PROPERTIES, Reason.STYLE_PROPERTY)
    return dict(sorted(found.items()))


def _plain(node: Node) -> dict[str, str]:
    """The attributes that are not read elsewhere; ``xlink:href`` is called ``href`` today."""
    found: dict[str, str] = {}
    for name, value in node.attributes.items():
        if name in _IS_READ_ELSEWHERE or _is_editors(name):
            continue
        plain = "href" if name == _HREF else name
        if " " in plain and not _means_nothing(plain):
            raise node.refusal(
                Reason.OTHER_NAMESPACE, attribute=name, found=name.rpartition(" ")[0]
            )
        if found.setdefault(plain, value) != value:
            raise node.refusal(Reason.VALUE, attribute=plain, found=value)
    return {name: value for name, value in found.items() if " " not in name}


def _means_nothing(name: str) -> bool:
    """Hints of XML and XLink that draw nothing. ``xml:base`` is not among them: it moves links."""
    namespace, _, local = name.rpartition(" ")
    if namespace == allowed.XML:
        return local in {"space", "lang"}
    return namespace == allowed.XLINK and local in {"type", "title", "show", "actuate", "role"}


def _read(
    node: Node, said: dict[str, str], readers: dict[str, grammar.Reader], otherwise: Reason
) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in said.items():
        if name.startswith("on"):
            raise node.refusal(Reason.EVENT, attribute=name)
        reader = readers.get(name)
        if reader:
            found[name] = _value(node, name, value, reader)
        elif not allowed.is_ignored(name, value):
            raise node.refusal(otherwise, attribute=name, found=name)
    return found


def _value(node: Node, name: str, value: str, reader: grammar.Reader) -> str:
    try:
        return reader(value)
    except MarkRefused as refusal:
        raise refusal.at(line=node.line, element=node.name, attribute=name) from refusal
