"""Which kind of file it is, told by its first bytes and never by its name."""

from __future__ import annotations

from fairgate_marks.errors import MarkRefused, Reason
from fairgate_marks.mark import Kind

_PNG = b"\x89PNG\r\n\x1a\n"
_GZIP = b"\x1f\x8b"
_UTF16 = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<", b"\x00\x00\xfe\xff")
_OTHERS = {
    b"GIF8": "GIF",
    b"\xff\xd8\xff": "JPEG",
    b"RIFF": "WebP",
    b"%PDF": "PDF",
    b"%!PS": "PostScript",
    b"PK": "ZIP",
    b"BM": "BMP",
    b"II*\x00": "TIFF",
    b"MM\x00*": "TIFF",
    b"8BPS": "Photoshop",
    b"\x00\x00\x01\x00": "icon",
}
_BOM = b"\xef\xbb\xbf"


def kind_of(content: bytes) -> Kind:
    """What the bytes are.

    Raises:
        MarkRefused: neither SVG nor PNG.
    """
    if not content:
        raise MarkRefused(Reason.EMPTY)
    if content.startswith(_PNG):
        return Kind.PNG
    if content.startswith(_GZIP):
        raise MarkRefused(Reason.COMPRESSED)
    if content.startswith(_UTF16):
        raise MarkRefused(Reason.OTHER_ENCODING, found="UTF-16")
    for signature, name in _OTHERS.items():
        if content.startswith(signature):
            raise MarkRefused(Reason.OTHER_FORMAT, found=name)
    if content.removeprefix(_BOM).lstrip().startswith(b"<"):
        return Kind.SVG
    raise MarkRefused(Reason.NOT_A_MARK)
