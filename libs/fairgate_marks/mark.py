"""The values: a mark that is safe to show, and pictures of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a mark is. The value is the media type that it is served with."""

    SVG = "image/svg+xml"
    PNG = "image/png"

    @property
    def suffix(self) -> str:
        """The end of a file's name, with its dot."""
        return f".{self.name.lower()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A logo as it is kept and shown: written anew by us, never the bytes that were uploaded.

    ``width`` and ``height`` are pixels of CSS for an SVG, and pixels for a PNG.
    """

    kind: Kind
    content: bytes
    width: float
    height: float

    @property
    def sha256(self) -> str:
        """The name of this version, in hexadecimal digits: other content is another mark."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def aspect(self) -> float:
        """How many times as wide as high it is."""
        return self.width / self.height


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A PNG of a mark: for e-mails, certificates and places that show no SVG.

    ``height`` is what it was asked for, in pixels of CSS, and ``scale`` how many pixels of the
    screen each of these has; ``pixels`` are the width and height of the file.
    """

    height: int
    scale: int
    pixels: tuple[int, int]
    content: bytes

    @property
    def sha256(self) -> str:
        """The hash of the file, in hexadecimal digits."""
        return hashlib.sha256(self.content).hexdigest()
