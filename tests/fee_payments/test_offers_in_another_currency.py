"""An offer of the waiting list that leaves a price in one currency, and a fee in two."""

from __future__ import annotations

import pytest

from factories import fee_payments as make
from factories import waiver_policy as waiver
from fairgate.money import Money
from fee_payments import api
from waiver_policy import api as waivers
from waiver_policy.exceptions import FundEmpty, NotEligible

pytestmark = pytest.mark.django_db(transaction=True)

FIFTY_DOLLARS = """\
  - label: ldc
    when: {in_group: {group: LDC}}
    benefit: {kind: fixed_price, amount: "50.00", currency: USD}
"""


def test_an_offer_of_the_waiting_list_for_a_fee_in_dollars_is_none_for_one_in_euros():
    # given
    waiver.lists()
    waiver.policy(waiver.policy_text(FIFTY_DOLLARS))
    waiver.credit("1.00")
    euros = Money("110.00", "EUR")
    make.offering(
        waivable=True, full_seat_cost=Money("20.00", "USD"),
        prices=(make.price(), make.price(euros)),
    )  # fmt: skip
    learner = make.learner(1, country="UG")
    with pytest.raises(FundEmpty):
        make.order(learner)
    waivers.credit_fund(Money("60.00", "USD"), key="more", reason="More", at=make.NOON)

    # when
    quote = api.quote(learner, "spectrum", at=make.NOON, currency="EUR")

    # then
    assert quote.total == euros
    with pytest.raises(NotEligible):
        waivers.grant(
            waiver.applicant(1), offering_code="spectrum", full_seat_cost=Money("20.00", "USD"),
            price=euros, key="other", at=make.NOON,
        )  # fmt: skip
    assert waivers.waiting_place(1, "spectrum").state == "offered"
    assert api.quote(learner, "spectrum", at=make.NOON).total == Money("50.00", "USD")
