"""What the operator must know before it hurts.

About lists and policies warnings only: deciding goes on, with the dates in force. About the place
of documents errors: what is wrong there could be read by anybody, or by nobody.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import FileSystemStorage, Storage

from fairgate import clock
from fairgate.errors import FairgateError
from waiver_policy import conf
from waiver_policy.data import EditionSummary, Membership
from waiver_policy.selectors import lists, policies
from waiver_policy.settings.common import UNTRACKED

if TYPE_CHECKING:
    from waiver_policy.models import PolicyVersion

_A_PAGE = "/fairgate/waivers/apply/x/"


@register("fairgate", Tags.database)
def check_lists_and_policy(
    app_configs: Any = None, databases: Any = None, **_: Any
) -> list[CheckMessage]:
    """Contested list rows, lists that nobody has renewed for long, no policy in force.

    Runs where the database is checked (``migrate``, ``check --database default``).
    """
    if not databases or "default" not in databases or not _is_migrated():
        return []
    known_at = clock.now()
    return [
        *_contested(lists.list_contested(known_at=known_at)),
        *_old(lists.list_old(at=known_at)),
        *_policy(known_at),
    ]


@register("fairgate")
def check_amounts(app_configs: Any = None, **_: Any) -> list[CheckMessage]:
    """The amounts above which two people decide can be read."""
    try:
        conf.two_people_above()
    except (FairgateError, AttributeError, TypeError) as error:
        return [
            Error(
                f"WAIVER_POLICY_TWO_PEOPLE_ABOVE cannot be read: {error}",
                hint='Write amounts in quotes, by currency: {"USD": "500.00"}. Until then nobody '
                "can approve an application.",
                id="waiver_policy.E006",
            )
        ]
    return []


def _is_migrated() -> bool:
    """Before the first migration there is nothing to check."""
    from django.db import connection

    from waiver_policy.models import MembershipConfirmation, PolicyVersion

    tables = set(connection.introspection.table_names())
    return {MembershipConfirmation._meta.db_table, PolicyVersion._meta.db_table} <= tables


def _contested(rows: tuple[Membership, ...]) -> list[CheckMessage]:
    return [
        checks.Warning(
            f"{row.country} leaves the list {row.list_code} on {row.until_date or 'no day'}, and "
            f"{row.alt_until_date or 'another end'} has been asked for; nobody has confirmed "
            "either.",
            hint="The date in force decides. Look at the source, then confirm the end in force, or "
            "propose a corrected list: manage.py waiver_policy_lists check.",
            id="waiver_policy.W001",
        )
        for row in rows
    ]


def _old(editions: tuple[EditionSummary, ...]) -> list[CheckMessage]:
    return [
        checks.Warning(
            f"The list edition {edition.name} is of {edition.dated}, older than "
            f"{conf.list_days()} days (WAIVER_POLICY_LIST_DAYS).",
            hint="It decides all the same. Look for a newer publication, then: manage.py "
            "waiver_policy_lists propose FILE --published-on DAY.",
            id="waiver_policy.W010",
        )
        for edition in editions
    ]


def _policy(at: datetime) -> list[CheckMessage]:
    version = policies.get_deciding_version()
    if version is not None:
        return _window(version, at)
    if not policies.list_policies():
        return []
    slug = conf.policy_slug()
    named = f" named “{slug}” (WAIVER_POLICY_SLUG)" if slug else ""
    return [
        checks.Warning(
            f"No policy{named} decides: nobody is given a waiver.",
            hint="manage.py waiver_policy_policies activate SLUG.",
            id="waiver_policy.W002",
        )
    ]


def _window(version: PolicyVersion, at: datetime) -> list[CheckMessage]:
    policy = policies.compiled(version)
    assert policy is not None  # noqa: S101 -- a stored version always has its policy
    if policy.is_over(at):
        said = f"decides nothing since {policy.effective_until}"
    elif not policy.has_begun(at):
        said = f"decides nothing before {policy.effective_from}"
    else:
        return []
    return [
        checks.Warning(
            f"The policy {version} is active and {said} (effective): nobody is given a waiver.",
            hint="Load a version with another window, then: manage.py waiver_policy_policies "
            "activate SLUG.",
            id="waiver_policy.W011",
        )
    ]


@register("fairgate")
def check_documents(app_configs: Any = None, **_: Any) -> list[CheckMessage]:
    """Whether documents lie where nobody but reviewers reaches them, with keys that open them."""
    found: list[CheckMessage] = []
    try:
        storage = conf.document_storage()
        if storage is not None:
            found += _place(storage)
    except ImproperlyConfigured as error:
        return [_no_place(str(error))]
    try:
        if storage is not None and not conf.document_keys():
            found.append(_no_key("WAIVER_POLICY_DOCUMENT_KEYS has no key."))
    except ImproperlyConfigured as error:
        found.append(_no_key(str(error)))
    try:
        conf.document_scanner()
    except ImproperlyConfigured as error:
        hint = "Name a function, or leave it empty. Until then no document is taken."
        found.append(Error(str(error), hint=hint, id="waiver_policy.E004"))
    return found


@register("fairgate")
def check_tracking(app_configs: Any = None, **_: Any) -> list[CheckMessage]:
    """Whether the platform's tracking log leaves out what people send on our pages."""
    if not any(name.endswith("TrackMiddleware") for name in getattr(settings, "MIDDLEWARE", ())):
        return []
    patterns = getattr(settings, "TRACKING_IGNORE_URL_PATTERNS", ())
    if any(re.match(pattern, _A_PAGE) for pattern in patterns):
        return []
    return [
        Error(
            "The tracking log of the platform keeps what learners write on the pages of waivers.",
            hint=f"Add {UNTRACKED!r} to TRACKING_IGNORE_URL_PATTERNS; a settings module of yours "
            "has taken it out.",
            id="waiver_policy.E005",
        )
    ]


def _no_place(sentence: str) -> Error:
    hint = "Write it like one entry of Django's STORAGES. Until then no document is taken."
    return Error(sentence, hint=hint, id="waiver_policy.E001")


def _no_key(sentence: str) -> Error:
    hint = "Make one as docs/how-tos/documents.md says. Until then no document is taken."
    return Error(sentence, hint=hint, id="waiver_policy.E003")


def _place(storage: Storage) -> Iterator[CheckMessage]:
    if isinstance(storage, FileSystemStorage):
        yield from _folder(Path(storage.location).resolve())
        return
    public = {"public-read", "public-read-write", "publicread"}
    options = settings.WAIVER_POLICY_DOCUMENTS.get("OPTIONS", {})
    if any(str(value).lower() in public for value in options.values()):
        yield Error(
            "The place of documents (WAIVER_POLICY_DOCUMENTS) is public.",
            hint="Name a private bucket, and “private” as its default_acl.",
            id="waiver_policy.E002",
        )


def _folder(place: Path) -> Iterator[CheckMessage]:
    for name, served in _served():
        if place == served or place.is_relative_to(served) or served.is_relative_to(place):
            yield Error(
                f"The folder of documents, {place}, and {name}, {served}, lie in one another.",
                hint="Files there are served to anybody who knows their name. Name a private "
                "folder elsewhere, and move what is there.",
                id="waiver_policy.E002",
            )
    if place.is_dir() and stat.S_IMODE(place.stat().st_mode) & 0o077:
        yield checks.Warning(
            f"Others than the service can look into the folder of documents, {place}.",
            hint="chmod 0700.",
            id="waiver_policy.W003",
        )


def _served() -> Iterator[tuple[str, Path]]:
    """The folders whose files a web server or Django hands out."""
    for name in ("MEDIA_ROOT", "STATIC_ROOT"):
        if root := getattr(settings, name, None):
            yield name, Path(root).resolve()
    for entry in getattr(settings, "STATICFILES_DIRS", ()):
        folder = entry[1] if isinstance(entry, list | tuple) else entry
        yield "one of STATICFILES_DIRS", Path(folder).resolve()
