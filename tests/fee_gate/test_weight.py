"""What the paywall weighs on a slow line: everything a learner's browser gets of it, in bytes.

The bounds are a little above what was measured; xblocks/fee_gate/README.md has the figures. What
matters most is that it adds no request and no script.
"""

from __future__ import annotations

import gzip

import pytest
from django.conf import settings
from django.utils import translation

from factories import waiver_policy as waiver
from factories.fee_gate import AT, COURSE, FEE, LEARNER
from fairgate.languages import language
from fairgate.money import Money
from fee_gate import client, drawing, presenter
from fee_gate.data import PaywallState
from fee_payments import api as payments
from fee_payments import compat
from fee_payments.data import OfferingEntry, PayerClass, PriceEntry
from waiver_policy import api as waivers
from waiver_policy.data import Applicant

pytestmark = pytest.mark.django_db

TITLE = "Spectrum management: the full course"


@pytest.fixture(autouse=True)
def programme(monkeypatch, at):
    """The shipped policy and lists, a fee, and a learner of Guam, whom a person looks at."""
    waiver.programme()
    monkeypatch.setattr(compat, "profile_country", lambda user_id: "GU")
    price = PriceEntry(
        payer_class=PayerClass.INDIVIDUAL, amount=Money("120.00", "USD"), valid_from=AT.date()
    )
    payments.set_offering(OfferingEntry(code=FEE, title=TITLE, course_key=COURSE, prices=(price,)))


def weight(*texts):
    """Plain and compressed, as a server would send it."""
    whole = "".join(texts).encode()
    return len(whole), len(gzip.compress(whole, 6, mtime=0))


def drawn():
    paywall = client.paywall(FEE, user_id=LEARNER, at=AT)
    page = presenter.paywall(
        paywall,
        teaser="x" * 200,
        gettext=translation.gettext,
        ngettext=translation.ngettext,
        language=language("ar"),
    )
    return drawing.paywall(
        page, is_settled=paywall.state is PaywallState.SETTLED, html_id="fee-gate-0123456789ab"
    )


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_the_fullest_paywall_is_light_in_every_language(language):
    who = Applicant(user_id=LEARNER, country="GU")
    asked = waivers.apply(who, offering_code=FEE, note="I teach.", at=AT)
    waivers.refuse(asked.uuid, by=1, reason="Not this year.", at=AT)

    with translation.override(language):
        fragment = drawn()
    plain, compressed = weight(fragment.content, *(part.data for part in fragment.resources))

    assert fragment.content.count("<a ") == 3
    assert "Not this year." in fragment.content
    assert plain <= 5_000
    assert compressed <= 2_000


def test_it_comes_in_one_answer_without_a_script_or_a_picture():
    fragment = drawn()

    assert [(part.kind, part.mimetype) for part in fragment.resources] == [("text", "text/css")]
    assert "<img" not in fragment.content
    assert "url(" not in fragment.resources[0].data
    assert "@import" not in fragment.resources[0].data


def test_who_has_settled_gets_a_line():
    code = payments.issue_seat_codes(FEE, count=1, sponsor="S", key="k", by=None, at=AT).codes[0]
    payments.redeem_seat_code(payments.learner_for(LEARNER), FEE, code, at=AT)

    assert drawn().content == ('<p class="fee-gate-settled">You have access to what follows.</p>\n')
