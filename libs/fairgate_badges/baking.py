"""Credentials in pictures: baked in, and read out again. PNG and SVG, as the specification says."""

from __future__ import annotations

import re
from types import ModuleType

from fairgate_badges import png, svg
from fairgate_badges.errors import BadgeRefused, PictureRefused

MAX_BYTES = 10 * 1024 * 1024

_TOKEN = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+){2}")


def bake(picture: bytes, token: str) -> bytes:
    """The picture with the credential in it; one that it had before is replaced.

    The same picture and credential give the same bytes. What the picture shows is not signed: the
    award counts, whatever it is painted on.

    Raises:
        PictureRefused: this is no PNG or SVG, or a damaged one.
        BadgeRefused: ``token`` is no signed credential.
    """
    if not _TOKEN.fullmatch(token):
        raise BadgeRefused("This is no signed credential (compact JWS).")
    return bytes(_format(picture).baked(picture, token))


def unbake(picture: bytes) -> str:
    """The credential of a picture, not yet verified.

    Raises:
        PictureRefused: this is no PNG or SVG, a damaged one, or one without a credential, or with
            several.
    """
    tokens = _format(picture).credentials(picture)
    if len(tokens) != 1:
        found = "no credential" if not tokens else f"{len(tokens)} credentials"
        raise PictureRefused(f"This picture has {found} in it.")
    return str(tokens[0])


def _format(picture: bytes) -> ModuleType:
    if len(picture) > MAX_BYTES:
        raise PictureRefused(f"This picture has {len(picture)} bytes; {MAX_BYTES} are possible.")
    if picture.startswith(png.SIGNATURE):
        return png
    if picture.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return svg
    raise PictureRefused("This is neither a PNG nor an SVG.")
