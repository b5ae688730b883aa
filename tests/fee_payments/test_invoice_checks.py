"""What start-up says about invoices, before a buyer meets it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from cryptography.fernet import Fernet

from fee_payments import conf
from fee_payments.checks import check_purchase_orders, check_seller
from fee_payments.settings import common, production

KEY = Fernet.generate_key().decode()
WHOLE = {"prefix": "INV", "legal_name": "A", "address": "B", "country": "CH", "iban": "X"}


@pytest.mark.parametrize("missing", [[], ["iban"], ["address", "country"]])
def test_invoices_without_a_seller_are_an_error(settings, missing):
    settings.FEE_PAYMENTS_PROVIDERS = ["invoice"]
    settings.FEE_PAYMENTS_SELLER = {k: v for k, v in WHOLE.items() if k not in missing}
    found = check_seller(None)
    assert [fault.id for fault in found] == ["fee_payments.E020"] * bool(missing)
    assert all(name in found[0].msg for name in missing)
    settings.FEE_PAYMENTS_PROVIDERS = []
    assert check_seller(None) == []


@pytest.mark.parametrize(
    ("place", "is_fault"),
    [
        ({}, False),
        ({"OPTIONS": {"location": "/srv/private"}}, False),
        ({"OPTIONS": {"location": "/srv/media/orders"}}, True),
        ({"OPTIONS": {}}, True),
        ({"BACKEND": "no.such.Storage"}, True),
    ],
)
def test_purchase_orders_lie_where_nobody_hands_them_out(settings, place, is_fault):
    settings.MEDIA_ROOT = "/srv/media"
    settings.FEE_PAYMENTS_PURCHASE_ORDERS = place
    settings.FEE_PAYMENTS_PURCHASE_ORDER_KEYS = [KEY]
    ids = [fault.id for fault in check_purchase_orders(None)]
    assert ids == ["fee_payments.E021"] * is_fault


@pytest.mark.parametrize(
    ("keys", "said"),
    [([], "There is none"), ([KEY, "secret"], "Key 2 of"), (KEY, ""), ([KEY], "")],
    ids=["none", "one that is no key", "one alone", "a list"],
)
def test_files_of_purchase_orders_need_a_key(settings, keys, said):
    settings.FEE_PAYMENTS_PURCHASE_ORDERS = {"OPTIONS": {"location": "/srv/private"}}
    settings.FEE_PAYMENTS_PURCHASE_ORDER_KEYS = keys
    found = check_purchase_orders(None)
    assert [fault.id for fault in found] == ["fee_payments.E022"] * bool(said)
    assert all(said in fault.msg and "secret" not in fault.msg for fault in found)
    assert conf.purchase_order_files_are_taken() is not bool(said)
    settings.FEE_PAYMENTS_PURCHASE_ORDERS = {}
    assert check_purchase_orders(None) == []


@pytest.mark.parametrize("module", [common, production])
def test_forms_about_invoices_are_not_in_the_tracking_log(module):
    lms = SimpleNamespace(
        TRACKING_IGNORE_URL_PATTERNS=["^/heartbeat"], TEMPLATES=[], INSTALLED_APPS=[], ENV_TOKENS={}
    )
    module.plugin_settings(lms)
    module.plugin_settings(lms)
    assert lms.TRACKING_IGNORE_URL_PATTERNS == ["^/heartbeat", common.UNTRACKED]
