"""Versions that amend or renew another one of their agreement."""

from __future__ import annotations

from collections.abc import Sequence

from fairgate.documents import Faults
from partnerships import lock_objects, models
from partnerships.data import Follows
from partnerships.terms_file import VersionEntry


def check_followed(
    entries: Sequence[VersionEntry], agreements: dict[str, models.Agreement], *, file: str
) -> None:
    """Note every version that follows one which is not there, or with a number that is not next.

    Raises:
        DocumentErrors: as said, with file, line and field.
    """
    with Faults(file) as faults:
        for entry in entries:
            if entry.follows is not None:
                known = _chain(entry, entries, agreements)
                if fault := _fault(entry.follows, known):
                    faults.add(fault, line=entry.line, field="follows")


def _chain(
    entry: VersionEntry, entries: Sequence[VersionEntry], agreements: dict[str, models.Agreement]
) -> dict[int, int | None]:
    """The amendment number of each earlier version of an entry's agreement, kept or in the file."""
    code = entry.agreement.casefold()
    agreement = agreements.get(code)
    kept = lock_objects.versions_now(agreement) if agreement else []
    chain = {row.number: row.amendment for row in kept}
    for other in entries:
        if other.agreement.casefold() == code:
            chain[other.number] = other.follows.amendment if other.follows else None
    return {number: amendment for number, amendment in chain.items() if number < entry.number}


def _fault(follows: Follows, known: dict[int, int | None]) -> str:
    if follows.version not in known:
        return f"there is no version {follows.version} that it could follow."
    expected = max((number for number in known.values() if number), default=0) + 1
    if follows.amendment is not None and follows.amendment != expected:
        return f"the next amendment of this agreement is number {expected}."
    return ""


def set_followed(version: models.AgreementVersion, entry: VersionEntry) -> None:
    """Write into a version which one it follows; the one that is followed is kept already."""
    follows = entry.follows
    version.follows = version.agreement.versions.get(number=follows.version) if follows else None
    version.amendment = follows.amendment if follows else None
    version.follow_reason = follows.reason if follows else ""
