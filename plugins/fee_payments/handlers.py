"""What fee_payments does about its own facts, after the commit."""

from __future__ import annotations

from typing import Any

from fee_payments import tasks


def follow_right(sender: object = None, change: Any = None, **_: object) -> None:
    """A right was given or taken: the enrolment follows, in the background where there is one."""
    del sender
    tasks.follow_enrolment(change.user_id, change.course_key)


def close_pages(sender: object = None, order_uuid: Any = None, **_: object) -> None:
    """An order can be paid no longer: its pages at providers are closed, in the background."""
    del sender
    tasks.close_pages(str(order_uuid))
