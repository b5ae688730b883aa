"""What can go wrong with badges.

* BadgesError
  + BadgeRefused     a value cannot stand in a credential; the sentence names it
  + KeyRefused       a key cannot sign, or be published; nothing of the key is in the text
  + PictureRefused   a file is no picture that can carry a credential, or carries none

A credential that does not verify is no error: it is a ``Verdict`` with its faults.
"""

from __future__ import annotations

from fairgate.errors import FairgateError


class BadgesError(FairgateError):
    """The root of this family."""


class BadgeRefused(BadgesError, ValueError):
    """An address that is none, a text that is empty or too long, a period that ends too early."""


class KeyRefused(BadgesError, ValueError):
    """No RSA key in PEM, a short one, a wrong passphrase, an address that names no key."""


class PictureRefused(BadgesError, ValueError):
    """No PNG or SVG, a damaged one, or one without a credential that could be read."""
