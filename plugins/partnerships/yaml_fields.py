"""Typed values out of a strict YAML mapping; every other value is noted as a fault of its line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlsplit

from fairgate.documents import Faults, Mapped
from fairgate.readable import is_readable, turns_writing

Word = TypeVar("Word", bound=StrEnum)

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Fields:
    """One mapping of the file: gives values of the right sort, notes a fault for every other."""

    def __init__(
        self, value: Any, faults: Faults, *, line: int, path: str, known: frozenset[str]
    ) -> None:
        self._faults, self._path, self._line = faults, path, line
        self._values = value if isinstance(value, Mapped) else Mapped(line)
        self.line = self._values.line
        if not isinstance(value, Mapped):
            self._add("is a mapping of keys to values here.", line=line, name=path)
        for key in self._values:
            if key not in known:
                self.fault(key, "is not a known key here.")

    def __getitem__(self, key: str) -> Any:
        return self._values.get(key)

    def __contains__(self, key: str) -> bool:
        return self._values.get(key) is not None

    def line_of(self, key: str) -> int:
        return self._values.line_of(key)

    def fault(self, key: str, sentence: str, *, line: int = 0) -> None:
        """Note a fault of one key, on its line."""
        name = f"{self._path}.{key}" if self._path else key
        self._add(sentence, line=line or self.line_of(key), name=name)

    def _add(self, sentence: str, *, line: int, name: str) -> None:
        self._faults.add(sentence, line=line, field=name)

    def is_given(self, key: str) -> bool:
        """Whether a needed key is there; notes the fault if not."""
        if key not in self:
            self.fault(key, "is missing.")
            return False
        return True

    def text(self, key: str, *, longest: int = 255, needed: bool = True) -> str:
        """Text on one line, without control or bidirectional formatting, trimmed, NFC."""
        if not needed and key not in self:
            return ""
        if not self.is_given(key):
            return ""
        return self.checked_text(key, self[key], longest=longest)

    def checked_text(self, key: str, value: Any, *, longest: int) -> str:
        """A value as text, or a fault under ``key``. A bare number is taken as it is written."""
        if isinstance(value, bool) or not isinstance(value, str | int):
            self.fault(key, "is a text here.")
            return ""
        text = unicodedata.normalize("NFC", str(value)).strip()
        if not text or not is_readable(text):
            self.fault(key, "is blank or holds control characters.")
            return ""
        if turns_writing(text):
            self.fault(key, "holds characters that change the direction of the writing.")
        if len(text) > longest:
            self.fault(key, f"is longer than {longest} characters.")
        return text

    def web_address(self, key: str, *, longest: int) -> str:
        """An optional link for a page that everybody sees: http or https, without credentials."""
        text = self.text(key, longest=longest, needed=False)
        if not text:
            return ""
        try:
            parts = urlsplit(text)
            # Reading a port that no host can have is an error, but for 0.
            is_address = parts.scheme in ("https", "http") and parts.port != 0
            is_address = is_address and bool(parts.hostname)
        except ValueError:
            is_address = False
        if not is_address or any(sign.isspace() or sign in "\"'<>\\" for sign in text):
            self.fault(key, "is not a web address; it begins with https:// or http://.")
        elif "@" in parts.netloc:
            self.fault(key, "holds a user name or a password; everybody would see it.")
        return text

    def code(self, key: str, pattern: re.Pattern[str], hint: str) -> str:
        text = self.text(key)
        if text and not pattern.fullmatch(text):
            self.fault(key, f"“{text}” is not a code; {hint}.")
        return text

    def word(self, key: str, words: type[Word]) -> str:
        text = self.text(key)
        if text and text not in list(words):
            self.fault(key, f"“{text}” is none of: {', '.join(words)}.")
        return text

    def whole(self, key: str, *, least: int, most: int) -> int:
        if not self.is_given(key):
            return least
        value = self[key]
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.fault(key, f"is a whole number from {least} to {most}.")
            return least
        return value

    def day(self, key: str, *, needed: bool = True) -> date | None:
        if not needed and key not in self:
            return None
        text = self.text(key)
        try:
            if _DAY.fullmatch(text):
                return date.fromisoformat(text)
        except ValueError:
            pass  # the 31st of February
        if text:
            self.fault(key, f"“{text}” is not a day; write it like 2026-10-01.")
        return None

    def rows(self, key: str, known: frozenset[str]) -> list[Fields]:
        """The mappings of a list."""
        return [
            Fields(
                value,
                self._faults,
                line=value.line if isinstance(value, Mapped) else self.line_of(key),
                path=f"{self._path}.{key}[{place}]" if self._path else f"{key}[{place}]",
                known=known,
            )
            for place, value in enumerate(self.items(key), start=1)
        ]

    def items(self, key: str) -> list[Any]:
        """The values of a list; a missing key is an empty list."""
        value = self[key]
        if value is None:
            return []
        if not isinstance(value, list):
            self.fault(key, "is a list here.")
            return []
        return value

    def inner(self, key: str, known: frozenset[str]) -> Fields:
        """A mapping inside this one."""
        path = f"{self._path}.{key}" if self._path else key
        line = self.line_of(key)
        return Fields(self[key], self._faults, line=line, path=path, known=known)

    def shares(self, key: str) -> Mapping[str, Any]:
        """A mapping whose keys are not ours, such as party codes."""
        value = self[key]
        if not isinstance(value, Mapped):
            self.fault(key, "is a mapping of parties to whole weights.")
            return {}
        return value

    def line_within(self, key: str, inner_key: str) -> int:
        value = self[key]
        return value.line_of(inner_key) if isinstance(value, Mapped) else self.line_of(key)
