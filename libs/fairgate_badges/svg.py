"""SVG: the credential is an element ``openbadges:credential``, right inside ``<svg>``.

The picture comes from somebody who has made it harmless; here only what would make reading it
dangerous is refused: a document type, and with it every entity.
"""

from __future__ import annotations

from lxml import etree

from fairgate_badges.errors import PictureRefused

NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"
_SVG = "{http://www.w3.org/2000/svg}svg"
_CREDENTIAL = f"{{{NAMESPACE}}}credential"
_PREFIX = "openbadges"


def baked(picture: bytes, token: str) -> bytes:
    """The picture with this credential, in place of any that it had."""
    svg = _parsed(picture)
    for old in list(svg.iter(_CREDENTIAL)):
        _removed(old)
    # An element takes no further prefix once it is made, so it is made anew.
    root = etree.Element(svg.tag, dict(svg.attrib), {**svg.nsmap, _PREFIX: NAMESPACE})
    credential = etree.SubElement(root, _CREDENTIAL, verify=token)
    credential.tail = svg.text
    root.extend(list(svg))
    return bytes(etree.tostring(root, encoding="utf-8", xml_declaration=True))


def credentials(picture: bytes) -> list[str]:
    """The credentials of the picture: one, if it was made well."""
    return [_verified(element) for element in _parsed(picture).iter(_CREDENTIAL)]


def _verified(element: etree._Element) -> str:
    token = element.get("verify")
    if token is None:
        raise PictureRefused(
            "The credential in this SVG is signed in another way (an embedded proof), which "
            "cannot be read here."
        )
    return str(token)


def _parsed(picture: bytes) -> etree._Element:
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(picture, parser)
    except etree.XMLSyntaxError:
        raise PictureRefused("This SVG is no well-formed XML in UTF-8.") from None
    if root.getroottree().docinfo.doctype:
        raise PictureRefused("This SVG has a document type; save it as plain SVG.")
    if root.tag != _SVG:
        raise PictureRefused("This XML is no SVG.")
    return root


def _removed(element: etree._Element) -> None:
    """Take an element out and leave the text behind it where it was."""
    before, parent = element.getprevious(), element.getparent()
    if before is None:
        parent.text = (parent.text or "") + (element.tail or "")
    else:
        before.tail = (before.tail or "") + (element.tail or "")
    parent.remove(element)
