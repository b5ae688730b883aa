"""Files of country lists, read with the country codes of this site."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from fairgate.documents import DocumentError, read_text
from waiver_policy import conf
from waiver_policy.data import Membership
from waiver_policy.rules import editions

Source = Path | str | Sequence[Path | str]
"""A file, its text, or several of either."""


@dataclass(frozen=True, slots=True)
class ListFile:
    """The name and the whole text of a file."""

    name: str
    text: str


def open_files(source: Source, *, file: str = "") -> tuple[ListFile, ...]:
    """Files by their paths, or texts; ``file`` names a text in errors.

    Raises:
        fairgate.documents.DocumentError: a file cannot be read, or is not text.
    """
    several = [source] if isinstance(source, Path | str) else source
    return tuple(
        ListFile(file or str(one), read_text(one))
        if isinstance(one, Path)
        else ListFile(file or "(text)", one)
        for one in several
    )


def read_files(
    files: Iterable[ListFile], *, on: date | None = None
) -> Mapping[str, tuple[Membership, ...]]:
    """The memberships of each list in the files, by list code; all or nothing.

    Raises:
        fairgate.documents.DocumentError: every fault of the first file that has any; or two files
            say the same half of a list.
    """
    found: dict[str, tuple[Membership, ...]] = {}
    for one in files:
        read = editions.read_lists(one.text, file=one.name, countries=conf.country_codes(), on=on)
        for code, rows in read.items():
            known = found.get(code, ())
            if {row.is_former for row in rows} & {row.is_former for row in known}:
                said = f"the list {code} stands in another of these files too."
                raise DocumentError(said, file=one.name)
            found[code] = (*known, *rows)
    return found


def sha256_of(files: Iterable[ListFile]) -> str:
    """The SHA-256 of the texts, one after another."""
    return hashlib.sha256("".join(one.text for one in files).encode()).hexdigest()


def names_of(files: Iterable[ListFile]) -> str:
    """The bare names of the files, as an edition keeps them."""
    return ", ".join(Path(one.name).name for one in files)[:255]
