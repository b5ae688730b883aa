"""What a mark may consist of. Whatever is not in these lists is left out or refused."""

from __future__ import annotations

from fairgate_marks import grammar
from fairgate_marks.errors import Reason
from fairgate_marks.grammar import Reader

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
XML = "http://www.w3.org/XML/1998/namespace"

# What editors write for themselves. Nothing in it is drawn, so nothing of it is kept.
EDITORS = (
    "http://sodipodi.sourceforge.net/",
    "http://inkscape.sourceforge.net/",
    "http://www.inkscape.org/namespaces/",
    "http://ns.adobe.com/",
    "http://www.bohemiancoding.com/sketch/",
    "http://www.figma.com/figma/",
    "http://www.serif.com/",
    "http://www.vectornator.io",
    "http://vectornator.io",
    "http://www.corel.com/",
    "http://www.boxy-svg.com",
    "https://boxy-svg.com",
    "http://svgjs.com/",
    "http://svgjs.dev/",
    "https://svgjs.dev/",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "http://purl.org/dc/",
    "http://creativecommons.org/ns#",
    "http://web.resource.org/cc/",
)

SHAPES = frozenset({"path", "rect", "circle", "ellipse", "line", "polyline", "polygon"})
GRADIENTS = frozenset({"linearGradient", "radialGradient"})
DRAWN = SHAPES | {"g", "use"}
# What is drawn only where something refers to it.
KEPT_FOR_LATER = GRADIENTS | {"defs", "symbol", "clipPath", "mask"}

# element: what may stand inside it. ``style`` is read where it stands, and is not kept.
INSIDE = {
    "svg": DRAWN | KEPT_FOR_LATER,
    "g": DRAWN | KEPT_FOR_LATER,
    "symbol": DRAWN | KEPT_FOR_LATER,
    "defs": DRAWN | KEPT_FOR_LATER,
    "mask": DRAWN | GRADIENTS | {"defs"},
    "clipPath": SHAPES | {"use"},
    **dict.fromkeys(GRADIENTS, frozenset({"stop"})),
}
ELEMENTS = frozenset(INSIDE) | DRAWN | {"stop"}

# They say something to machines and editors, and draw nothing.
LEFT_OUT = frozenset({"title", "desc", "metadata"})

# Why the better known ones are refused.
REFUSED = {
    "script": Reason.SCRIPT,
    "handler": Reason.SCRIPT,
    "listener": Reason.SCRIPT,
    "foreignObject": Reason.FOREIGN_OBJECT,
    **dict.fromkeys(
        ("animate", "animateColor", "animateMotion", "animateTransform", "set", "discard"),
        Reason.ANIMATION,
    ),
    "a": Reason.LINK,
    **dict.fromkeys(("text", "tspan", "textPath", "tref", "font", "font-face"), Reason.TEXT),
    **dict.fromkeys(("image", "feImage"), Reason.EMBEDDED_PICTURE),
    "filter": Reason.FILTER,
    **dict.fromkeys(("pattern", "marker"), Reason.PATTERN),
}

# Properties of CSS that are attributes as well. A style becomes these.
PROPERTIES: dict[str, Reader] = {
    "fill": grammar.paint,
    "fill-opacity": grammar.share,
    "fill-rule": grammar.one_of("nonzero", "evenodd", "inherit"),
    "stroke": grammar.paint,
    "stroke-width": grammar.length,
    "stroke-linecap": grammar.one_of("butt", "round", "square", "inherit"),
    "stroke-linejoin": grammar.one_of("miter", "round", "bevel", "inherit"),
    "stroke-miterlimit": grammar.number,
    "stroke-dasharray": grammar.dashes,
    "stroke-dashoffset": grammar.length,
    "stroke-opacity": grammar.share,
    "paint-order": grammar.one_of("normal", "fill", "stroke", "stroke fill", "fill stroke"),
    "opacity": grammar.share,
    "color": grammar.colour,
    "display": grammar.one_of("none", "inline", "block", "inherit"),
    "visibility": grammar.one_of("visible", "hidden", "collapse", "inherit"),
    "overflow": grammar.one_of("visible", "hidden", "inherit"),
    "clip-path": grammar.reference_or_none,
    "clip-rule": grammar.one_of("nonzero", "evenodd", "inherit"),
    "mask": grammar.reference_or_none,
    "mask-type": grammar.one_of("luminance", "alpha"),
    "stop-color": grammar.colour,
    "stop-opacity": grammar.share,
}

_PLACE: dict[str, Reader] = {"x": grammar.length, "y": grammar.length}
_BOX = {**_PLACE, "width": grammar.length, "height": grammar.length}
_MOVED: dict[str, Reader] = {"transform": grammar.transform}
_FITTED = {"viewBox": grammar.box, "preserveAspectRatio": grammar.fitting}
_UNITS = grammar.one_of("userSpaceOnUse", "objectBoundingBox")
_GRADIENT = {
    "gradientUnits": _UNITS,
    "gradientTransform": grammar.transform,
    "spreadMethod": grammar.one_of("pad", "reflect", "repeat"),
    "href": grammar.fragment,
}

# element: the attributes that are its own, beside properties.
ATTRIBUTES: dict[str, dict[str, Reader]] = {
    # Where the outermost element would stand means nothing; it is read, and not written.
    "svg": {**_BOX, **_FITTED},
    "g": _MOVED,
    "defs": _MOVED,
    "symbol": {**_BOX, **_FITTED},
    "use": {**_BOX, **_MOVED, "href": grammar.fragment},
    "path": {**_MOVED, "d": grammar.outline},
    "rect": {**_BOX, **_MOVED, "rx": grammar.length_or_auto, "ry": grammar.length_or_auto},
    "circle": {**_MOVED, **dict.fromkeys(("cx", "cy", "r"), grammar.length)},
    "ellipse": {
        **_MOVED,
        **dict.fromkeys(("cx", "cy"), grammar.length),
        **dict.fromkeys(("rx", "ry"), grammar.length_or_auto),
    },
    "line": {**_MOVED, **dict.fromkeys(("x1", "y1", "x2", "y2"), grammar.length)},
    "polyline": {**_MOVED, "points": grammar.points},
    "polygon": {**_MOVED, "points": grammar.points},
    "linearGradient": {
        **_GRADIENT,
        **dict.fromkeys(("x1", "y1", "x2", "y2"), grammar.length),
    },
    "radialGradient": {
        **_GRADIENT,
        **dict.fromkeys(("cx", "cy", "r", "fx", "fy", "fr"), grammar.length),
    },
    "stop": {"offset": grammar.share},
    "clipPath": {**_MOVED, "clipPathUnits": _UNITS},
    "mask": {**_BOX, "maskUnits": _UNITS, "maskContentUnits": _UNITS},
}

# Attributes and properties that change nothing of what a mark may have: hints, what concerns text
# only, what is for machines.
_IGNORED = frozenset(
    {
        "version",
        "baseProfile",
        "contentScriptType",
        "contentStyleType",
        "zoomAndPan",
        "enable-background",
        "role",
        "tabindex",
        "focusable",
        "lang",
        "shape-rendering",
        "text-rendering",
        "image-rendering",
        "color-rendering",
        "color-interpolation-filters",
        "color-profile",
        "isolation",
        "pointer-events",
        "cursor",
        "direction",
        "unicode-bidi",
        "writing-mode",
        "letter-spacing",
        "word-spacing",
        "line-height",
        "baseline-shift",
        "dominant-baseline",
        "alignment-baseline",
        "white-space",
        "block-progression",
        "shape-padding",
        "shape-margin",
        "shape-inside",
        "inline-size",
        "solid-color",
        "solid-opacity",
    }
)
_IGNORED_FAMILIES = ("aria-", "data-", "font", "text-", "-inkscape-")

# Properties that a mark may not have are nothing where they say "nothing".
_NEUTRAL = {
    "filter": {"none"},
    "marker": {"none"},
    "marker-start": {"none"},
    "marker-mid": {"none"},
    "marker-end": {"none"},
    "mix-blend-mode": {"normal"},
    "vector-effect": {"none"},
    "color-interpolation": {"sRGB", "auto"},
    "clip": {"auto"},
}


def is_ignored(name: str, value: str) -> bool:
    """Whether an attribute or property may be left out, because nothing is drawn by it."""
    return (
        name in _IGNORED
        or name.startswith(_IGNORED_FAMILIES)
        or value.strip() in _NEUTRAL.get(name, ())
    )


# Which elements a reference may name.
TARGETS = {
    "href of use": DRAWN | {"symbol"},
    "href": GRADIENTS,
    "fill": GRADIENTS,
    "stroke": GRADIENTS,
    "clip-path": frozenset({"clipPath"}),
    "mask": frozenset({"mask"}),
}
