"""What can go wrong with marks.

* MarksError
  + MarkRefused   the file is not shown to anybody; the sentence names what is wrong, and where
"""

from __future__ import annotations

from enum import StrEnum

from fairgate.errors import FairgateError


class Reason(StrEnum):
    """Why a file is refused: a sentence about it, in English, for the person who uploaded it.

    An app that speaks other languages translates the value and fills in the same ``found`` and
    ``limit``. Where in the file it is, is told by the error.
    """

    EMPTY = "The file is empty."
    TOO_LARGE = "The file has more than {limit} bytes."
    NOT_A_MARK = "This is no SVG and no PNG file. Please upload one of these."
    OTHER_FORMAT = "This is a file of the kind {found}. Please upload an SVG or a PNG file."
    COMPRESSED = "The SVG file is compressed (.svgz). Please save it as plain SVG."

    NOT_UTF8 = "The text is not in UTF-8. Please save the file in that encoding."
    CONTROL_CHARACTER = "There is a control character in the text."
    OTHER_ENCODING = "The file says that its encoding is {found}. Please save it in UTF-8."
    NOT_XML = "This is not well-formed XML: {found}."
    DOCUMENT_TYPE = "A DOCTYPE may only name SVG's own definition, and declare nothing."
    ENTITY = "The entity {found} is declared nowhere that we would look."
    INSTRUCTION = "A processing instruction ({found}) is not allowed."
    TOO_DEEP = "Elements stand inside each other more than {limit} deep."
    TOO_MANY_ELEMENTS = "There are more than {limit} elements."
    NOT_SVG = "The outermost element has to be svg, in SVG's namespace; it is in {found}."

    SCRIPT = "Scripts are not allowed."
    EVENT = "Scripts that wait for an event are not allowed."
    FOREIGN_OBJECT = "HTML inside a picture is not allowed."
    ANIMATION = "Animation is not allowed: a mark stands still."
    LINK = "A link is not allowed: a mark is not clicked."
    TEXT = "Text looks different for every reader. Please convert it to outlines (paths)."
    EMBEDDED_PICTURE = "Embedded pictures are not allowed. Please draw it, or upload it as PNG."
    FILTER = "Filters and effects are not allowed. Please flatten them."
    PATTERN = "Patterns and markers are not allowed. Please expand them to shapes."
    ELEMENT = "This element is not among those that a mark may have."
    OTHER_NAMESPACE = "This does not belong to SVG, but to {found}."
    MISPLACED = "This element may not stand inside {found}."
    STRAY_TEXT = "There is text where none may stand: {found}."
    ATTRIBUTE = "This attribute is not among those that this element may have."
    VALUE = "The value {found} is not understood here."
    VALUE_TOO_LONG = "The value has more than {limit} characters."
    NUMBER = "The number {found} is out of range ({limit})."
    ELSEWHERE = "It points to something outside the file: {found}. Only #names of this file may."
    NO_SIZE = "The picture does not say how large it is: give it a viewBox, or width and height."
    PROPORTIONS = "The picture is more than {limit} times as long one way as the other."
    NOTHING_DRAWN = "The picture draws nothing."

    ID_TWICE = "The name {found} is given twice."
    NO_SUCH_ID = "Nothing in the file that could be used here has the name {found}."
    CIRCLE = "It refers to itself, by way of {found}."
    TOO_MUCH_TO_DRAW = "With everything that is used more than once, it draws too much ({limit})."
    TOO_MANY_LAYERS = (
        "With everything that is used more than once, it has more than {limit} gradients, clips, "
        "masks and transparent groups."
    )

    CANNOT_BE_DRAWN = "No picture could be made of it. Please simplify it, or try once more."

    STYLE_RULE = "The style {found} is not understood. Please save with presentation attributes."
    STYLE_PROPERTY = "The property {found} is not among those that a mark may have."

    DAMAGED = "The PNG file is damaged."
    ENDS_EARLY = "The PNG file is damaged: it ends too early."
    CHECK_SUM = "The PNG file is damaged: the check sum of {found} is wrong."
    CHUNK = "The PNG file has a part ({found}) that is not understood."
    MOVES = "The PNG file is animated: a mark stands still."
    AFTER_THE_END = "After the end of the picture {found} more bytes follow."
    NO_PIXELS = "The picture has {found} pixels: there is nothing to see."
    SIDE = "The picture has {found} pixels. No side may have more than {limit}."
    PIXELS = "The picture has {found} pixels. It may have {limit} in all."
    DEPTH = "The PNG file has 16 bits per channel. Please save it with 8."


class MarksError(FairgateError):
    """The root of this family."""


class MarkRefused(MarksError, ValueError):
    """The file breaks a rule. Nothing of it was kept.

    ``reason`` is the rule; ``found`` and ``limit`` are what its sentence fills in. ``line``,
    ``element`` and ``attribute`` say where; they are 0 or empty where that means nothing.
    """

    def __init__(
        self,
        reason: Reason,
        *,
        found: object = "",
        limit: object = "",
        line: int = 0,
        element: str = "",
        attribute: str = "",
    ) -> None:
        self.reason, self.found, self.limit = reason, _short(found), str(limit)
        self.line, self.element, self.attribute = line, _short(element), _short(attribute)
        super().__init__(str(self))

    def __str__(self) -> str:
        sentence = self.reason.format(found=self.found, limit=self.limit)
        return f"{self.place}: {sentence}" if self.place else sentence

    @property
    def place(self) -> str:
        """Where it is: ``line 3, <path>, d``; empty where the whole file is meant."""
        return ", ".join(
            part
            for part, is_known in (
                (f"line {self.line}", self.line),
                (f"<{self.element}>", self.element),
                (self.attribute, self.attribute),
            )
            if is_known
        )

    def at(self, *, line: int, element: str, attribute: str = "") -> MarkRefused:
        """The same refusal, with the place that only the caller knows."""
        return MarkRefused(
            self.reason,
            found=self.found,
            limit=self.limit,
            line=line,
            element=element,
            attribute=attribute,
        )


_LONGEST_QUOTE = 60


def _short(found: object) -> str:
    """Part of a stranger's file as it may stand in a sentence: short, printable, in one line."""
    text = "".join(sign if sign.isprintable() else " " for sign in str(found))
    return text if len(text) <= _LONGEST_QUOTE else f"{text[: _LONGEST_QUOTE - 1]}…"
