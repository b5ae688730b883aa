"""A payer's bank asks the money back: what becomes of access, and what the pages say."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser

FEE = "/fairgate/fees/spectrum-online/"
UNIT = "/courses/spectrum-management/units/regulations/"
BEHIND_THE_GATE = "The Radio Regulations are a treaty."


def test_access_is_kept_during_a_dispute_gone_when_it_is_lost_and_back_when_it_is_won(visitor):
    # given
    order, sandbox = paid_and_disputed(visitor)

    # then
    visitor.be("Lena", then=order)
    assert "Your bank is looking at this payment. You keep your access meanwhile." in visitor.text
    assert can_read(visitor)

    # when
    decide(visitor, sandbox, "The bank decides for the payer")

    # then
    visitor.be("Lena", then=order)
    assert "Your bank took this payment back. Access has ended." in visitor.text
    assert not can_read(visitor)
    visitor.go(FEE)
    assert "Pay USD 120.00" in visitor.text

    # when
    decide(visitor, sandbox, "The bank decides for you")

    # then
    visitor.be("Lena", then=order)
    assert "Paid. You have access now." in visitor.text
    assert can_read(visitor)


def test_access_that_rests_while_a_bank_looks_is_back_when_the_dispute_is_won(visit, strict_site):
    # given
    visitor = visit(site=strict_site)
    order, sandbox = paid_and_disputed(visitor)

    # then
    visitor.be("Lena", then=order)
    assert "Your access rests until it has decided." in visitor.text
    assert not can_read(visitor)

    # when
    decide(visitor, sandbox, "The bank decides for you")

    # then
    visitor.be("Lena", then=order)
    assert "Paid. You have access now." in visitor.text
    assert can_read(visitor)


def paid_and_disputed(visitor):
    """A learner pays, and their bank asks the money back; the order's page and the sandbox's."""
    visitor.be("Lena", then=FEE)
    visitor.pay("USD 120.00")
    order = visitor.page.url.removeprefix(visitor.site)
    assert can_read(visitor)
    visitor.be("Inès", then=order)
    visitor.press("Open the sandbox’s page of this payment")
    sandbox = visitor.page.url.removeprefix(visitor.site)
    visitor.page.get_by_text("More ways a payment can go").click()
    visitor.press("Let the payer’s bank ask the money back")
    return order, sandbox


def decide(visitor, sandbox, words):
    """The bank decides, at the provider."""
    visitor.go(sandbox)
    visitor.press(words)


def can_read(visitor):
    """Whether what is behind the gate is on its page."""
    visitor.go(UNIT)
    return BEHIND_THE_GATE in visitor.page.content()
