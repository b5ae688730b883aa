"""What a worker does after a request has been answered.

On a platform these are Celery tasks; where there is no Celery they run at once, after the commit
and before the answer. Whatever is lost on the way, ``fee_payments_settle`` does.
"""

from __future__ import annotations

from uuid import UUID

from fairgate import clock
from fairgate_tables.background import in_background
from fee_payments import api


@in_background("fee_payments.tasks.work_event")
def work_event(pk: int) -> None:
    """Work an event that a provider has sent."""
    api.work_event(pk, at=clock.now())


@in_background("fee_payments.tasks.follow_enrolment")
def follow_enrolment(user_id: int, course_key: str) -> None:
    """Have a learner's enrolment follow their rights. Twice, or late, is once and in time."""
    api.follow_enrolment(user_id, course_key, at=clock.now())


@in_background("fee_payments.tasks.close_pages")
def close_pages(order_uuid: str) -> None:
    """Close what is left open at providers of an order that can be paid no longer."""
    api.close_left_pages(order_uuid=UUID(order_uuid), at=clock.now())
