"""A seat that an institution has paid for: the code is on a slip of paper that Ruth has."""

from __future__ import annotations

from datetime import UTC, datetime

from demo_site.models import Person, SeatCodeSlip
from fee_payments import api as payments

FEE = "spectrum-online"
SPONSOR = "Coastal Frequency Office"
ISSUED = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)


def seed() -> None:
    """Issue the code and write it on the slip, unless she has one."""
    ruth = Person.objects.get(user__username="ruth")
    if SeatCodeSlip.objects.filter(person=ruth).exists():
        return
    issued = payments.issue_seat_codes(
        FEE,
        count=1,
        sponsor=SPONSOR,
        # A slip that was lost (a first run that was cut off) is replaced by a new code.
        key=f"demo:seat-code:{len(payments.list_seat_codes(FEE))}",
        by=None,
        at=ISSUED,
        note="The sample of the demo",
    )
    SeatCodeSlip.objects.create(person=ruth, text=issued.codes[0])
