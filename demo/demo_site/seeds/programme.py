"""Lists, policy, agreements, fees and the opening of the fund."""

from __future__ import annotations

from datetime import UTC, date, datetime
from importlib import resources
from pathlib import Path

from demo_site import bank, courseware
from demo_site.seeds.people import user_called
from fairgate.money import Money
from fairgate.percent import Percent
from fee_gate import api as gate
from fee_payments import api as payments
from fee_payments.data import (
    BankAccount,
    CountedFrom,
    MerchantEntry,
    OfferingEntry,
    PayerClass,
    PriceEntry,
    RefundPolicy,
    RefundStep,
    SessionEntry,
)
from partnerships import api as partnerships
from partnerships.data import Standing
from waiver_policy import api as waivers
from waiver_policy.data import EditionFacts

OPENING = datetime(2026, 8, 24, 9, 0, tzinfo=UTC)
SIGNED = datetime(2026, 9, 30, tzinfo=UTC)
PRICES_FROM = date(2026, 9, 1)
ONLINE = "course-v1:ATC+SPECTRUM101+2026_T4"
WORKSHOP = "course-v1:ATC+SPECTRUM101+2027_NBO"
POLICY = "our-ldc-sids-default"


def _prices(
    usd: str, chf: str, *, academia: str = "", member_state: str = ""
) -> tuple[PriceEntry, ...]:
    amounts = [
        (PayerClass.INDIVIDUAL, Money(usd, "USD")),
        (PayerClass.INDIVIDUAL, Money(chf, "CHF")),
    ]
    if academia:
        amounts.append((PayerClass.ACADEMIA, Money(academia, "USD")))
    if member_state:
        amounts.append((PayerClass.MEMBER_STATE, Money(member_state, "USD")))
    return tuple(
        PriceEntry(payer_class=payer_class, amount=amount, valid_from=PRICES_FROM)
        for payer_class, amount in amounts
    )


def _before_the_start(*steps: tuple[int, int]) -> RefundPolicy:
    """So many per cent go back until so many days before the start."""
    return RefundPolicy(
        steps=tuple(
            RefundStep(percent=Percent(percent), counted_from=CountedFrom.START, days=days)
            for percent, days in steps
        )
    )


OFFERINGS = (
    OfferingEntry(
        code="spectrum-online",
        title="Spectrum management: the full course",
        course_key=ONLINE,
        starts_on=date(2026, 10, 1),
        prices=_prices("120.00", "105.50", academia="59.99", member_state="96.00"),
        full_seat_cost=Money("15.00", "USD"),
    ),
    OfferingEntry(
        code="spectrum-exam",
        title="Certificate examination",
        course_key=ONLINE,
        kind="course_part",
        prices=_prices("10.00", "8.80"),
        access_days=365,
    ),
    OfferingEntry(
        code="spectrum-certificate",
        title="Verified certificate of the spectrum course",
        course_key=ONLINE,
        kind="certificate",
        prices=_prices("20.00", "17.50"),
        waivable=False,
    ),
    OfferingEntry(
        code="measurement-day",
        title="A day in the measurement van",
        course_key=WORKSHOP,
        kind="course_part",
        delivery="in_person",
        place="Nairobi, Kenya",
        starts_on=date(2027, 2, 13),
        capacity=4,
        prices=_prices("80.00", "71.00"),
        waivable=False,
    ),
    OfferingEntry(
        code="spectrum-workshop",
        title="Spectrum monitoring in the field: a place in Nairobi",
        course_key=WORKSHOP,
        delivery="in_person",
        place="Nairobi, Kenya",
        starts_on=date(2027, 2, 15),
        capacity=24,
        prices=_prices("480.00", "425.50"),
        refund_policy=_before_the_start((100, 30), (50, 7)),
        full_seat_cost=Money("45.00", "USD"),
    ),
    OfferingEntry(
        code="spectrum-bundle",
        title="Spectrum management: the full course and the certificate examination",
        course_key="",
        kind="bundle",
        opens=("spectrum-online", "spectrum-exam"),
        prices=_prices("125.00", "110.00"),
        waivable=False,
    ),
)

SESSIONS = (
    SessionEntry(
        code="february",
        place="Nairobi, Kenya",
        room="Radio laboratory",
        starts_at=datetime(2027, 2, 15, 6, 0, tzinfo=UTC),
        ends_at=datetime(2027, 2, 19, 14, 0, tzinfo=UTC),
        timezone="Africa/Nairobi",
        capacity=12,
    ),
    SessionEntry(
        code="march",
        place="Nairobi, Kenya",
        room="Radio laboratory",
        starts_at=datetime(2027, 3, 15, 6, 0, tzinfo=UTC),
        ends_at=datetime(2027, 3, 19, 14, 0, tzinfo=UTC),
        timezone="Africa/Nairobi",
        capacity=12,
    ),
)

MERCHANT = MerchantEntry(
    code="academy",
    legal_name="Open Spectrum Academy",
    address="1 Example Street, 1200 Geneva",
    country="CH",
    account=BankAccount(
        holder="Open Spectrum Academy", iban=bank.IBAN, bic="", bank="Example Bank"
    ),
    invoice_prefix="OSA",
    is_default=True,
)
# Two versions, so that a demo that was filled before reads on.
TERMS = (
    ("2026-09", OPENING,
     "A fee is refunded in full until the course begins. This is a demo: nothing is sold."),
    ("2026-11", datetime(2026, 11, 1, tzinfo=UTC),
     "A fee is refunded as its page says before you order. This is a demo: nothing is sold."),
)  # fmt: skip


def seed() -> None:
    """Load what an operator, a partnership officer and a finance officer would load."""
    _lists_and_policy()
    _agreements()
    payments.set_merchant(MERCHANT)
    for version, valid_from, text in TERMS:
        payments.publish_terms(MERCHANT.code, version, valid_from=valid_from, text=text)
    for currency in ("USD", "CHF"):
        payments.set_bank_account(bank.IBAN, currency=currency, prefix=MERCHANT.invoice_prefix)
    for entry in OFFERINGS:
        payments.set_offering(entry)
    for session in SESSIONS:
        payments.set_session("spectrum-workshop", session)
    payments.set_tax("FR", Percent(20), inclusive=True, valid_from=PRICES_FROM)
    waivers.credit_fund(
        Money("60.00", "USD"),
        key="demo:opening-deposit",
        reason="Opening deposit of the host",
        at=OPENING,
    )
    for run in courseware.runs():
        gate.recompute(str(run.key))


LISTS = ("ldc_sids.csv", "ldc_historical_entities.csv")


def _lists_and_policy() -> None:
    if any(policy.slug == POLICY for policy in waivers.list_policies()):
        return
    data = resources.files("waiver_policy").joinpath("data")
    waivers.load_edition(
        [Path(str(data.joinpath(name))) for name in LISTS],
        source=EditionFacts(
            source="UN CDP list of LDCs; UN-OHRLLS lists of SIDS and LLDCs, as shipped by Fairgate",
            document_symbol="A/RES/76/8",
        ),
        by="operator",
        known_from=OPENING,
    )
    text = data.joinpath("fairgate-default.yaml").read_text(encoding="utf-8")
    waivers.load_policy(text, file="fairgate-default.yaml", by="operator", at=OPENING)
    waivers.activate_policy(POLICY, by="operator", at=OPENING)


def _agreements() -> None:
    text = (Path(__file__).parent / "agreements.yaml").read_text(encoding="utf-8")
    partnerships.load_agreements(text, file="agreements.yaml", by="operator", at=OPENING)
    for waits in partnerships.list_proposed_diligence(at=OPENING):
        partnerships.confirm_due_diligence(waits.uuid, by=user_called("ines").pk, at=OPENING)
    signed_on = {1: datetime(2026, 8, 26, 10, 0, tzinfo=UTC), 2: datetime(2026, 9, 21, tzinfo=UTC)}
    partnerships.add_contact(
        "GSMA", role="signatory", name="Grace Wanjiru", email="grace@example.org",
        user_id=user_called("grace").pk, by=user_called("ines").pk, at=OPENING,
    )  # fmt: skip
    for version in partnerships.list_versions(at=SIGNED):
        if version.standing is Standing.DRAFT:
            partnerships.submit(version.uuid, by=user_called("operator").pk, at=OPENING)
            partnerships.approve(version.uuid, by=user_called("ines").pk, at=OPENING)
        signatures = {signature.side for signature in version.signatures}
        for side, name, colleague in (
            ("host", "Omar Said", "operator"), ("partner", "Grace Wanjiru", "ines"),
        ):  # fmt: skip
            # The renewal waits for the partner's signature, which a visitor may put under it.
            if side not in signatures and version.version in signed_on:
                at = signed_on[version.version]
                partnerships.sign(version.uuid, side=side, by=name, recorded_by=colleague, at=at)
    partnerships.add_person(
        user_called("grace").pk, partner_code="GSMA", role="signatory",
        by=user_called("ines").pk, at=OPENING,
    )  # fmt: skip
