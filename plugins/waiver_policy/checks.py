"""What the operator must know before it hurts.

Warnings only: deciding goes on, with the dates in force.
"""

from __future__ import annotations

from typing import Any

from django.core.checks import (
    CheckMessage,
    Error,
    Tags,
    Warning,  # noqa: A004 - Django's name
    register,
)

from fairgate import clock
from fairgate.errors import FairgateError
from waiver_policy import conf
from waiver_policy.data import EditionSummary, Membership
from waiver_policy.selectors import lists, policies


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
        *_policy(),
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
                id="waiver_policy.E001",
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
        Warning(
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
        Warning(
            f"The list edition {edition.name} is of {edition.dated}, older than "
            f"{conf.list_days()} days (WAIVER_POLICY_LIST_DAYS).",
            hint="It decides all the same. Look for a newer publication, then: manage.py "
            "waiver_policy_lists propose FILE --published-on DAY.",
            id="waiver_policy.W010",
        )
        for edition in editions
    ]


def _policy() -> list[CheckMessage]:
    if policies.get_deciding_version() is not None or not policies.list_policies():
        return []
    slug = conf.policy_slug()
    named = f" named “{slug}” (WAIVER_POLICY_SLUG)" if slug else ""
    return [
        Warning(
            f"No policy{named} decides: nobody is given a waiver.",
            hint="manage.py waiver_policy_policies activate SLUG.",
            id="waiver_policy.W002",
        )
    ]
