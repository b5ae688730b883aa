"""From the bytes of an SVG to those of a mark."""

from __future__ import annotations

from fairgate_marks import allowed, cleaning, grammar, references, writing
from fairgate_marks.cleaning import Element
from fairgate_marks.errors import Reason
from fairgate_marks.mark import Kind, Mark
from fairgate_marks.xml_reading import tree_of

MAX_PROPORTIONS = 20
_LARGEST, _SMALLEST = 10_000, 1  # pixels of CSS
# Where it stands is for the page to say, and it draws nothing over the page beside its own box.
_NOT_SAID = frozenset({"x", "y", "overflow"})


def read(content: bytes) -> Mark:
    """The mark of an SVG file.

    Raises:
        MarkRefused: it is no SVG, or has something that a mark may not have.
    """
    root = cleaning.cleaned(tree_of(content))
    width, height = _settle_size(root)
    references.check(root)
    if not any(element.name in allowed.SHAPES for element in references.elements_of(root)):
        raise root.refusal(Reason.NOTHING_DRAWN)
    return Mark(kind=Kind.SVG, content=writing.written(root), width=width, height=height)


def _settle_size(root: Element) -> tuple[float, float]:
    """Width and height in pixels, and both of them and the viewBox said in the file.

    A picture that says only one of them is stretched by some readers and not by others.
    """
    box = root.attributes.get("viewBox", "").split()
    width, height = (_side(root, side) for side in ("width", "height"))
    in_box = (float(box[2]), float(box[3])) if box else (width, height)
    if not all(in_box):
        raise root.refusal(Reason.NO_SIZE)
    size = width or _scaled(height, in_box[0], in_box[1]), height or _scaled(width, *in_box[::-1])
    width, height = (round(side, 3) for side in size)
    for side in (width, height):
        if not _SMALLEST <= side <= _LARGEST:
            raise root.refusal(Reason.NUMBER, found=f"{side:g}", limit=f"{_SMALLEST}–{_LARGEST:,}")
    if max(width / height, height / width) > MAX_PROPORTIONS:
        raise root.refusal(Reason.PROPORTIONS, limit=MAX_PROPORTIONS)
    root.attributes = _sized(root.attributes, width, height)
    return width, height


def _side(root: Element, side: str) -> float:
    return grammar.pixels(root.attributes.get(side, "0"))


def _scaled(known: float, this: float, other: float) -> float:
    """A side that is not said: in proportion to the one that is, or as the viewBox has it."""
    return known * this / other if known else this


def _sized(attributes: dict[str, str], width: float, height: float) -> dict[str, str]:
    sides = f"{width:.12g}", f"{height:.12g}"
    said = {
        "viewBox": f"0 0 {sides[0]} {sides[1]}",
        **attributes,
        "width": sides[0],
        "height": sides[1],
    }
    return {name: said[name] for name in sorted(said) if name not in _NOT_SAID}
