"""The demo's night does what an installation's scheduler does, so that its mails come there too."""

from __future__ import annotations

import ast
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core import mail

from demo_site import night
from factories import payouts as make
from factories import revenue_share as facts
from factories.partnerships import put_in_force, terms_text, version_text
from fairgate import clock
from partnerships import api as partnerships

pytestmark = pytest.mark.django_db

PLUGIN = Path(__file__).parents[2] / "tutor/tutorfairgate/plugin.py"

#: What of each command the night calls, by the names that ``night`` has for the apps.
DONE_BY = {
    "fee_payments_settle": ["payments.expire_orders", "payments.offer_seats",
                            "payments.tell_room_offers", "payments.finish_seats"],
    "revenue_share_catch_up": ["revenue.catch_up", "revenue.clear_holds",
                               "revenue.carry_out_left"],
    "waiver_policy_daily": ["waivers.daily_steps"],
    "fee_payments_invoices": ["payments.finish_invoices"],
    "partnerships_remind": ["partners.remind"],
    "revenue_share_statements --mail": ["revenue.send_statements"],
}  # fmt: skip


@pytest.fixture(autouse=True)
def evening(settings):
    settings.REVENUE_SHARE_SITE_URL = "https://learn.example.org/"
    settings.PARTNERSHIPS_OFFICE_EMAILS = ("office@example.org",)
    clock.use(lambda: facts.CLOSE_DAY + timedelta(hours=1))
    yield
    clock.use(None)


def periodic():
    """The commands of the Tutor plugin, read from its text: Tutor itself is not installed here."""
    named = {
        target.id: node.value
        for node in ast.parse(PLUGIN.read_text()).body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return ast.literal_eval(named["PERIODIC"])


def test_the_night_does_each_periodic_command_and_in_the_same_order(monkeypatch):
    # given
    called = []
    for step in (one for steps in DONE_BY.values() for one in steps):
        app, name = step.split(".")
        seen = getattr(getattr(night, app), name)

        def noted(*args, step=step, seen=seen, **told):
            called.append(step)
            return seen(*args, **told)

        monkeypatch.setattr(getattr(night, app), name, noted)

    # when
    night.run()

    # then
    assert tuple(DONE_BY) == periodic()
    assert called == [step for steps in DONE_BY.values() for step in steps]


def test_in_the_night_after_a_close_the_partner_has_its_statement_by_mail():
    make.closed_october()
    partnerships.add_contact(
        "GSMA", role="finance", name="Fay", email="fay@gsma.example", at=facts.NOON
    )

    night.run()
    night.run()

    assert [one.to for one in mail.outbox] == [["fay@gsma.example"]]
    assert [name for name, _content, _kind in mail.outbox[0].attachments] == [
        "RS-000003-2026-10-GSMA-USD.pdf"
    ]


def test_in_the_night_the_office_is_reminded_of_what_ends_soon():
    put_in_force(terms_text(version_text(valid_until="2030-01-01"), cleared_until="2027-03-31"))
    clock.use(lambda: datetime(2027, 1, 30, tzinfo=UTC))

    night.run()
    night.run()

    told = [(one.to, one.subject) for one in mail.outbox]
    assert told == [(["office@example.org"], "The due diligence of GSMA ends soon")]
