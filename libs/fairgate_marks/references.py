"""What refers to what inside a mark, and how much is drawn when all of it is followed."""

from __future__ import annotations

from collections.abc import Iterator

from fairgate_marks import allowed
from fairgate_marks.cleaning import Element
from fairgate_marks.errors import Reason

# With every use counted each time. What is drawn slowly is counted as layers as well.
MAX_STEPS = 10_000
MAX_LAYERS = 300
MAX_DEPTH = 50
_STEP = 100  # characters of a path that cost as much as an element
_REFERRING = ("href", "fill", "stroke", "clip-path", "mask")


def elements_of(root: Element) -> Iterator[Element]:
    """An element and all inside it, in the order of the file."""
    yield root
    for child in root.children:
        yield from elements_of(child)


def references(element: Element) -> Iterator[tuple[str, str]]:
    """Its attributes that refer to something, each with the name."""
    for attribute in _REFERRING:
        value = element.attributes.get(attribute, "")
        # A colour may begin with "#" as well; a reference of paint is written with url().
        if value.startswith("#" if attribute == "href" else "url("):
            yield attribute, _target(value)


def _target(value: str) -> str:
    return value.removeprefix("url(").removesuffix(")")[1:]


def by_name(root: Element) -> dict[str, Element]:
    """The elements that have a name.

    Raises:
        MarkRefused: two have the same.
    """
    named: dict[str, Element] = {}
    for element in elements_of(root):
        if element.id and named.setdefault(element.id, element) is not element:
            raise element.refusal(Reason.ID_TWICE, attribute="id", found=element.id)
    return named


def check(root: Element) -> None:
    """Whether everything that is referred to is there, ends, and can be drawn in a short time.

    Raises:
        MarkRefused: a name that nothing has, a circle, or more than a mark has reason to draw.
    """
    _Following(by_name(root)).follow(root)


class _Following:
    """Steps, layers and depth of elements; each is worked out once."""

    def __init__(self, named: dict[str, Element]) -> None:
        self._named = named
        self._known: dict[int, tuple[int, int, int]] = {}
        self._entered: set[int] = set()

    def follow(self, element: Element) -> tuple[int, int, int]:
        """How many steps and layers it takes to draw an element, and how deep that goes."""
        if id(element) in self._known:
            return self._known[id(element)]
        self._entered.add(id(element))
        steps, layers, depth = _own_steps(element), _own_layers(element), 0
        for part in self._parts(element):
            more_steps, more_layers, below = self.follow(part)
            steps, layers, depth = steps + more_steps, layers + more_layers, max(depth, below)
        self._entered.discard(id(element))
        self._known[id(element)] = found = (steps, layers, depth + 1)
        _check_limits(element, *found)
        return found

    def _parts(self, element: Element) -> Iterator[Element]:
        yield from element.children
        for attribute, name in references(element):
            found = self._named.get(name)
            kinds = allowed.TARGETS[
                "href of use" if (element.name, attribute) == ("use", "href") else attribute
            ]
            if found is None or found.name not in kinds:
                raise element.refusal(Reason.NO_SUCH_ID, attribute=attribute, found=f"#{name}")
            if id(found) in self._entered:
                raise element.refusal(Reason.CIRCLE, attribute=attribute, found=f"#{name}")
            # Circles are found before that; this is for a chain that is long and ends.
            if len(self._entered) > MAX_DEPTH:
                raise element.refusal(Reason.TOO_DEEP, limit=MAX_DEPTH)
            yield found


def _own_steps(element: Element) -> int:
    drawn = element.attributes.get("d", "") + element.attributes.get("points", "")
    return 1 + len(drawn) // _STEP


def _own_layers(element: Element) -> int:
    has_opacity = "opacity" in element.attributes
    return has_opacity + sum(1 for attribute, _ in references(element) if attribute != "href")


def _check_limits(element: Element, steps: int, layers: int, depth: int) -> None:
    if steps > MAX_STEPS:
        raise element.refusal(Reason.TOO_MUCH_TO_DRAW, limit=f"{MAX_STEPS:,}")
    if layers > MAX_LAYERS:
        raise element.refusal(Reason.TOO_MANY_LAYERS, limit=MAX_LAYERS)
    if depth > MAX_DEPTH:
        raise element.refusal(Reason.TOO_DEEP, limit=MAX_DEPTH)
