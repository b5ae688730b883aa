"""What an installation's scheduler does every night; the demo does it when its day changes."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fairgate import clock
from fee_payments import api as payments
from partnerships import api as partners
from revenue_share import api as revenue
from waiver_policy import api as waivers


def run() -> list[str]:
    """Do what the commands of ``PERIODIC`` in the Tutor plugin do, in their order; in words.

    Unlike the platform's jobs it is done before the page is answered, and events of the sandbox
    provider are worked at once, so that nothing of them is left for the night.
    """
    at = clock.now()
    overdue = payments.expire_orders(at=at)
    payments.offer_seats(at=at)
    payments.tell_room_offers(at=at)
    payments.finish_seats(at=at)
    revenue.catch_up(at=at)
    revenue.clear_holds(at=at)
    revenue.carry_out_left(now=clock.now)
    for _counted, step in waivers.daily_steps():
        step(at)
    payments.finish_invoices(at=at)
    partners.remind(at=at)
    revenue.send_statements(at=at)
    done = [_("It is now %(day)s in the demo.") % {"day": clock.utc_day(at).isoformat()}]
    if overdue:
        closed = ngettext(
            "%(count)s unpaid order was closed.", "%(count)s unpaid orders were closed.", overdue
        )
        done.append(closed % {"count": overdue})
    return done
