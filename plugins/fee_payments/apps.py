"""Registers fee_payments with Django and, as a plugin, with Open edX."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.apps import AppConfig
from django.urls import NoReverseMatch
from django.utils.translation import gettext_lazy as _

_SETTINGS = {
    "common": {"relative_path": "settings.common"},
    "production": {"relative_path": "settings.production"},
    "test": {"relative_path": "settings.test"},
}


class FeePaymentsConfig(AppConfig):
    """Fees, orders, payments and entitlements."""

    name = "fee_payments"
    label = "fee_payments"
    verbose_name = _("Fees and payments")
    default_auto_field = "django.db.models.BigAutoField"

    # The literal keys are those of edx_django_utils.plugins.constants; spelled out, they need no
    # dependency on that package.
    plugin_app: ClassVar[dict[str, Any]] = {
        "url_config": {
            "lms.djangoapp": {
                "namespace": "fee_payments",
                "regex": "^fairgate/fees/",
                "relative_path": "urls",
            },
        },
        "settings_config": {"lms.djangoapp": _SETTINGS, "cms.djangoapp": _SETTINGS},
    }

    def ready(self) -> None:
        """Register the system checks, and tell the waiver policy what is said once.

        What it needs to know of offerings, and what is to be forgotten with a person. And have
        enrolments follow rights, and pages close with their orders.
        """
        from fee_payments import (
            api,
            checks,  # noqa: F401 - registered by the import
            compat,
            handlers,
            signals,
        )
        from waiver_policy import api as waivers
        from waiver_policy.data import Seller

        waivers.sell_offerings_with(
            Seller(
                title_of=lambda code: api.offering(code).title,
                language_of=lambda code: compat.course_language(api.offering(code).course_key),
                page_of=_page_of,
                worth_of=_worth_of,
                price_of=_price_of,
                may_be_waived=lambda code: api.offering(code).waivable,
                course_run_of=api.course_key_of,
            )
        )
        waivers.forget_also("orders", api.forget_learner)
        signals.ENTITLEMENT_CHANGED.connect(handlers.follow_right)
        signals.ORDER_CLOSED.connect(handlers.close_pages)


def _page_of(code: str) -> str:
    """The page of a fee; "" for what no offering can be called, and where there are no pages."""
    from fee_payments import api

    try:
        return api.fee_page_url(code)
    except NoReverseMatch:
        return ""


def _worth_of(code: str) -> list[Any]:
    """Every price of an offering and what a seat costs the fund.

    The waiver policy takes the largest in each currency: what it looks at must not be too small.
    """
    from fee_payments import api

    found = api.offering(code)
    seat = [found.full_seat_cost] if found.full_seat_cost else []
    return [*(price.amount for price in found.prices), *seat]


def _price_of(code: str, payer_class: str, on: date) -> Any:
    """The list price that a quote for this payer class has on a UTC day.

    A class that no price list knows pays what an individual pays.
    """
    from fee_payments import api, rules
    from fee_payments.data import PayerClass

    payer = PayerClass(payer_class) if payer_class in set(PayerClass) else PayerClass.INDIVIDUAL
    return rules.pick_price(api.offering(code), payer, currency=None, on=on).amount
