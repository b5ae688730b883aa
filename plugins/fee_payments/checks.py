"""Complaints at start-up, so that a learner never meets them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, register
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import FileSystemStorage, Storage

from fairgate_papers import TypesetterMissing, has_fonts, typesetter
from fee_payments import conf
from fee_payments.exceptions import InvalidRefundPolicy, PaymentsError
from fee_payments.providers import registry
from fee_payments.settings.common import OVERRIDES

SHORTEST_SECRET = 16


@register("fairgate")
def check_providers(app_configs: object, **_: Any) -> list[CheckMessage]:
    """Every provider can be built, is of this site's mode, and trusts only what is signed."""
    if not conf.providers():
        return [
            checks.Warning(
                "No payment provider is switched on: fees can be waived, but not paid.",
                hint="Set FEE_PAYMENTS_PROVIDERS.",
                id="fee_payments.W001",
            )
        ]
    found = [message for name in conf.providers() for message in _check_provider(name)]
    if "sandbox" in conf.providers() and not _are_strong(conf.sandbox_secrets()):
        found.append(
            checks.Error(
                "The sandbox provider is switched on without a signing secret that holds.",
                hint="Set FEE_PAYMENTS_SANDBOX_SECRETS to a list of random strings of 16 letters "
                "or more.",
                id="fee_payments.E001",
            )
        )
    return found


def _check_provider(name: str) -> list[CheckMessage]:
    try:
        provider = registry.build(name)
    except PaymentsError as error:
        return [
            checks.Error(
                str(error),
                hint="Mend its options in FEE_PAYMENTS_PROVIDERS, install what it needs, or switch "
                "it off.",
                id="fee_payments.E003",
            )
        ]
    found: list[CheckMessage] = []
    if provider.is_live is conf.is_test_mode():
        mode = "moves real money, and FEE_PAYMENTS_TEST_MODE is on"
        if not provider.is_live:
            mode = "moves no money, and FEE_PAYMENTS_TEST_MODE is off"
        found.append(
            checks.Error(
                f"The payment provider “{name}” {mode}: it is not used.",
                hint="Give it the keys of the other mode, or change FEE_PAYMENTS_TEST_MODE. Tests "
                "and real payments never mix on one site.",
                id="fee_payments.E004",
            )
        )
    secrets = getattr(getattr(provider, "options", None), "webhook_secrets", None)
    if secrets is not None and not _are_strong(secrets):
        found.append(
            checks.Error(
                f"The payment provider “{name}” has no signing secret, so it takes no event.",
                hint="Set its option webhook_secrets to the secrets of its webhook endpoint.",
                id="fee_payments.E005",
            )
        )
    return found


@register("fairgate")
def check_disputes(app_configs: object, **_: Any) -> list[CheckMessage]:
    """``fee_payments.E006``: what becomes of access during a dispute is one of two words."""
    if settings.FEE_PAYMENTS_ON_DISPUTE in ("keep", "suspend"):
        return []
    return [
        checks.Error(
            "FEE_PAYMENTS_ON_DISPUTE is neither “keep” nor “suspend”.",
            hint="Set it to one of the two.",
            id="fee_payments.E006",
        )
    ]


@register("fairgate")
def check_refund_policy(app_configs: object, **_: Any) -> list[CheckMessage]:
    """``fee_payments.E008``: the refund policy can be read."""
    try:
        conf.refund_policy()
    except InvalidRefundPolicy as invalid:
        return [
            checks.Error(
                str(invalid),
                hint="Set FEE_PAYMENTS_REFUND_POLICY to a list like "
                '[{"percent": 100, "days_after_payment": 14}].',
                id="fee_payments.E008",
            )
        ]
    return []


@register("fairgate")
def check_checkout_links(app_configs: object, **_: Any) -> list[CheckMessage]:
    """``fee_payments.W002``: the LMS asks us where its checkout links lead."""
    if getattr(settings, "ROOT_URLCONF", "") != "lms.urls" or not conf.has_checkout_links():
        return []
    missing = [name for name in OVERRIDES if not _asks_us_first(name)]
    return [
        checks.Warning(
            f"{name} does not name us last, so the platform's checkout links may lead elsewhere.",
            hint=f"Make it a list that ends with {OVERRIDES[name]}, or set "
            "FEE_PAYMENTS_CHECKOUT_LINKS to False.",
            id="fee_payments.W002",
        )
        for name in missing
    ]


def _asks_us_first(name: str) -> bool:
    known = getattr(settings, name, None) or ()
    functions = [known] if isinstance(known, str) else list(known)
    return functions[-1:] == [OVERRIDES[name]]


@register("fairgate")
def check_account_page(app_configs: object, **_: Any) -> list[CheckMessage]:
    """``fee_payments.W003``: whose profile has no country needs a page to set it on."""
    is_lms = getattr(settings, "ROOT_URLCONF", "") == "lms.urls"
    if not is_lms or getattr(settings, "ACCOUNT_MICROFRONTEND_URL", None):
        return []
    return [
        checks.Warning(
            "Learners have no page to set their country on, which waivers are decided by.",
            hint="Set ACCOUNT_MICROFRONTEND_URL to where the account micro-frontend is served.",
            id="fee_payments.W003",
        )
    ]


@register("fairgate")
def check_seat_code_tries(app_configs: object, **_: Any) -> list[CheckMessage]:
    """Without a number of tries, codes could be guessed for ever, or never be redeemed."""
    tries = settings.FEE_PAYMENTS_SEAT_CODE_TRIES_PER_HOUR
    if isinstance(tries, int) and not isinstance(tries, bool) and tries >= 1:
        return []
    return [
        checks.Error(
            "The number of seat codes that a person may try in an hour is no number above zero.",
            hint="Set FEE_PAYMENTS_SEAT_CODE_TRIES_PER_HOUR to a whole number, for example 10.",
            id="fee_payments.E002",
        )
    ]


@register("fairgate")
def check_documents(app_configs: object, **_: Any) -> list[CheckMessage]:
    """``fee_payments.W004``: invoices and receipts can be made, with the fonts that were named."""
    try:
        typesetter()
        faults = [
            (f"{folder} holds no font that can be read.", "Set FAIRGATE_FONT_FOLDERS.")
            for folder in conf.font_folders()
            if not has_fonts(folder)
        ]
        conf.paper_size()
    except TypesetterMissing as error:
        faults = [(str(error), "Install the package typst into this environment.")]
    except ValueError as error:
        faults = [(f"{error}.", 'Set FAIRGATE_PAPER_SIZE to "a4" or "us-letter".')]
    return [checks.Warning(said, hint=hint, id="fee_payments.W004") for said, hint in faults]


@register("fairgate")
def check_enrolments(app_configs: object, **_: Any) -> list[CheckMessage]:
    """``fee_payments.W012``: who has paid waits for their enrolment."""
    if conf.has_enrolments_follow():
        return []
    return [
        checks.Warning(
            "Enrolments do not follow rights: who has paid is not enrolled by us, and who was "
            "refunded stays enrolled.",
            hint="Set FEE_PAYMENTS_ENROLMENTS to True; what waits is then done by "
            "fee_payments_settle.",
            id="fee_payments.W012",
        )
    ]


@register("fairgate")
def check_seller(app_configs: object, **_: Any) -> list[CheckMessage]:
    """``fee_payments.E020``: who pays by invoice needs to know whom, and to which account.

    A site may keep merchants instead; those are checked where they are written.
    """
    found = conf.seller()
    if "invoice" not in conf.providers() or not found:
        return []
    missing = [name for name in ("prefix", "legal_name", "address", "country", "iban")
               if not found.get(name)]  # fmt: skip
    if not missing:
        return []
    return [
        checks.Error(
            f"Invoices are switched on, and FEE_PAYMENTS_SELLER lacks {', '.join(missing)}.",
            hint="Say who sells, and to which account is paid, or switch the provider “invoice” "
            "off.",
            id="fee_payments.E020",
        )
    ]


@register("fairgate")
def check_purchase_orders(app_configs: object, **_: Any) -> list[CheckMessage]:
    """``fee_payments.E021`` and ``E022``: files of buyers lie where no web server hands them out.

    Encrypted, and so with a key.
    """
    try:
        storage = conf.purchase_order_storage()
    except ImproperlyConfigured as error:
        return [_bad_place(str(error))]
    if storage is None:
        return []
    return [*_key_faults(), *_place_faults(storage)]


def _key_faults() -> Iterator[CheckMessage]:
    """``fee_payments.E022``: there are keys that files are encrypted with."""
    try:
        fault = "" if conf.purchase_order_keys() else "There is none."
    except ImproperlyConfigured as error:
        fault = str(error)
    if fault:
        yield checks.Error(
            f"The keys for files of purchase orders cannot be used. {fault}",
            hint="Set FEE_PAYMENTS_PURCHASE_ORDER_KEYS, as docs/how-tos/invoices.md says. Until "
            "then no file is taken; those that are there can be read.",
            id="fee_payments.E022",
        )


def _place_faults(storage: Storage) -> Iterator[CheckMessage]:
    if not isinstance(storage, FileSystemStorage):
        return
    place = Path(storage.location).resolve()
    for name in ("MEDIA_ROOT", "STATIC_ROOT"):
        served = getattr(settings, name, None)
        if served and place.is_relative_to(Path(served).resolve()):
            yield _bad_place(f"It is below {name}, which is handed out to anybody.")


def _bad_place(sentence: str) -> CheckMessage:
    return checks.Error(
        f"The place for files of purchase orders cannot be used. {sentence}",
        hint="Name a private place in FEE_PAYMENTS_PURCHASE_ORDERS.",
        id="fee_payments.E021",
    )


def _are_strong(secrets: tuple[str, ...]) -> bool:
    return bool(secrets) and all(len(secret.strip()) >= SHORTEST_SECRET for secret in secrets)
