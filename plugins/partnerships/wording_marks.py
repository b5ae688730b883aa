"""What is wrong with a file that should be a mark, and where a version stands, in words.

``fairgate_marks`` knows no languages: its sentences stand here once more, for translation.
"""

from __future__ import annotations

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from fairgate_marks import MarkRefused, Reason

from .data import BrandState

STATES = {
    BrandState.WAITING: _("Waits for a decision"),
    BrandState.APPROVED: _("Approved, not shown without one for light backgrounds"),
    # Whether it is to be seen anywhere depends on the agreements, too.
    BrandState.SHOWN: pgettext_lazy("a picture", "Approved"),
    BrandState.REPLACED: _("Replaced by a newer one"),
    BrandState.REFUSED: _("Refused"),
    BrandState.WITHDRAWN: _("Withdrawn"),
}

#: The look of a tag (``fairgate.css``) for each state.
TONES = {
    BrandState.WAITING: "warn",
    BrandState.APPROVED: "warn",
    BrandState.SHOWN: "ok",
    BrandState.REPLACED: "",
    BrandState.REFUSED: "stop",
    BrandState.WITHDRAWN: "",
}

LANGUAGE_NAMES = {
    "en": _("English"),
    "fr": _("French"),
    "es": _("Spanish"),
    "ar": _("Arabic"),
    "zh": _("Chinese"),
    "ru": _("Russian"),
}

REASONS = {
    Reason.EMPTY: _("The file is empty."),
    Reason.TOO_LARGE: _("The file has more than {limit} bytes."),
    Reason.NOT_A_MARK: _("This is no SVG and no PNG file. Please upload one of these."),
    Reason.OTHER_FORMAT: _(
        "This is a file of the kind {found}. Please upload an SVG or a PNG file."
    ),
    Reason.COMPRESSED: _("The SVG file is compressed (.svgz). Please save it as plain SVG."),
    Reason.NOT_UTF8: _("The text is not in UTF-8. Please save the file in that encoding."),
    Reason.CONTROL_CHARACTER: _("There is a control character in the text."),
    Reason.OTHER_ENCODING: _(
        "The file says that its encoding is {found}. Please save it in UTF-8."
    ),
    Reason.NOT_XML: _("This is not well-formed XML: {found}."),
    Reason.DOCUMENT_TYPE: _("A DOCTYPE may only name SVG's own definition, and declare nothing."),
    Reason.ENTITY: _("The entity {found} is declared nowhere that we would look."),
    Reason.INSTRUCTION: _("A processing instruction ({found}) is not allowed."),
    Reason.TOO_DEEP: _("Elements stand inside each other more than {limit} deep."),
    Reason.TOO_MANY_ELEMENTS: _("There are more than {limit} elements."),
    Reason.NOT_SVG: _("The outermost element has to be svg, in SVG's namespace; it is in {found}."),
    Reason.SCRIPT: _("Scripts are not allowed."),
    Reason.EVENT: _("Scripts that wait for an event are not allowed."),
    Reason.FOREIGN_OBJECT: _("HTML inside a picture is not allowed."),
    Reason.ANIMATION: _("Animation is not allowed: a mark stands still."),
    Reason.LINK: _("A link is not allowed: a mark is not clicked."),
    Reason.TEXT: _("Text looks different for every reader. Please convert it to outlines (paths)."),
    Reason.EMBEDDED_PICTURE: _(
        "Embedded pictures are not allowed. Please draw it, or upload it as PNG."
    ),
    Reason.FILTER: _("Filters and effects are not allowed. Please flatten them."),
    Reason.PATTERN: _("Patterns and markers are not allowed. Please expand them to shapes."),
    Reason.ELEMENT: _("This element is not among those that a mark may have."),
    Reason.OTHER_NAMESPACE: _("This does not belong to SVG, but to {found}."),
    Reason.MISPLACED: _("This element may not stand inside {found}."),
    Reason.STRAY_TEXT: _("There is text where none may stand: {found}."),
    Reason.ATTRIBUTE: _("This attribute is not among those that this element may have."),
    Reason.VALUE: _("The value {found} is not understood here."),
    Reason.VALUE_TOO_LONG: _("The value has more than {limit} characters."),
    Reason.NUMBER: _("The number {found} is out of range ({limit})."),
    Reason.ELSEWHERE: _(
        "It points to something outside the file: {found}. Only #names of this file may."
    ),
    Reason.NO_SIZE: _(
        "The picture does not say how large it is: give it a viewBox, or width and height."
    ),
    Reason.PROPORTIONS: _("The picture is more than {limit} times as long one way as the other."),
    Reason.NOTHING_DRAWN: _("The picture draws nothing."),
    Reason.ID_TWICE: _("The name {found} is given twice."),
    Reason.NO_SUCH_ID: _("Nothing in the file that could be used here has the name {found}."),
    Reason.CIRCLE: _("It refers to itself, by way of {found}."),
    Reason.TOO_MUCH_TO_DRAW: _(
        "With everything that is used more than once, it draws too much ({limit})."
    ),
    Reason.TOO_MANY_LAYERS: _(
        "With everything that is used more than once, it has more than {limit} "
        "gradients, clips, masks and transparent groups."
    ),
    Reason.CANNOT_BE_DRAWN: _(
        "No picture could be made of it. Please simplify it, or try once more."
    ),
    Reason.STYLE_RULE: _(
        "The style {found} is not understood. Please save with presentation attributes."
    ),
    Reason.STYLE_PROPERTY: _("The property {found} is not among those that a mark may have."),
    Reason.DAMAGED: _("The PNG file is damaged."),
    Reason.ENDS_EARLY: _("The PNG file is damaged: it ends too early."),
    Reason.CHECK_SUM: _("The PNG file is damaged: the check sum of {found} is wrong."),
    Reason.CHUNK: _("The PNG file has a part ({found}) that is not understood."),
    Reason.MOVES: _("The PNG file is animated: a mark stands still."),
    Reason.AFTER_THE_END: _("After the end of the picture {found} more bytes follow."),
    Reason.NO_PIXELS: _("The picture has {found} pixels: there is nothing to see."),
    Reason.SIDE: _("The picture has {found} pixels. No side may have more than {limit}."),
    Reason.PIXELS: _("The picture has {found} pixels. It may have {limit} in all."),
    Reason.DEPTH: _("The PNG file has 16 bits per channel. Please save it with 8."),
}


def refusal(error: MarkRefused) -> str:
    """Why a file is refused, and where in it that is, in the reader's language."""
    said = str(REASONS[error.reason]).format(found=error.found, limit=error.limit)
    places = [f"<{error.element}>" if error.element else "", error.attribute]
    where = ", ".join(place for place in places if place)
    if not error.line:
        return f"{where}: {said}" if where else said
    if not where:
        return gettext("Line %(line)s: %(said)s") % {"line": error.line, "said": said}
    return gettext("Line %(line)s, %(where)s: %(said)s") % {
        "line": error.line,
        "where": where,
        "said": said,
    }
