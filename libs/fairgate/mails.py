"""What mails of all apps have in common."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

#: Headers of a mail that no person has written: machines do not answer it (RFC 3834, section 5).
AUTOMATIC: Mapping[str, str] = MappingProxyType({"Auto-Submitted": "auto-generated"})
