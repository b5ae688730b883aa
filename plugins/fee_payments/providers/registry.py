"""Which providers there are, and which of them an operator has switched on."""

from __future__ import annotations

import logging
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

from fee_payments import conf
from fee_payments.exceptions import PaymentsError, ProviderMisconfigured, UnknownProvider
from fee_payments.providers.base import ENTRY_POINTS, Provider

log = logging.getLogger(__name__)

# Ours are known without the metadata of an installation, and nobody else can take their names.
OURS = {
    "sandbox": "fee_payments.providers.sandbox.Sandbox",
    "invoice": "fee_payments.providers.invoice.InvoiceProvider",
    "stripe": "fee_payments.providers.stripe_checkout.provider.StripeCheckout",
}


def get_provider(name: str) -> Provider:
    """The provider of this name, if it is switched on and moves money as this instance does.

    Raises:
        UnknownProvider: it is not in ``FEE_PAYMENTS_PROVIDERS``, or not of this instance's mode.
        ProviderMisconfigured: it cannot be built from its options.
    """
    provider = build(name)
    if provider.is_live is conf.is_test_mode():
        raise UnknownProvider(
            f"The payment provider “{name}” is {_kind(provider)}, and this site is not."
        )
    return provider


def list_providers() -> tuple[Provider, ...]:
    """Every provider that can be used now, in the order of the setting.

    One that cannot be built keeps nobody from the others; the system check says what is wrong.
    """
    found = []
    for name in conf.providers():
        try:
            found.append(get_provider(name))
        except PaymentsError as error:
            log.error("payment provider left out: %s", error)  # noqa: TRY400 - its text says it all
    return tuple(found)


def build(name: str) -> Provider:
    """The provider of this name, of whichever mode. Raises as ``get_provider`` does."""
    try:
        chosen = conf.providers()[name]
    except KeyError:
        raise UnknownProvider(f"No payment provider “{name}” is switched on.") from None
    try:
        factory = _loaded(chosen.path or OURS.get(name) or _offered(name))
        provider: Provider = factory(**chosen.options)
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        # The text of these errors names options and modules, never a value of an option.
        raise ProviderMisconfigured(
            f"The payment provider “{name}” cannot be used: {error}"
        ) from error
    return provider


def _kind(provider: Provider) -> str:
    return "live" if provider.is_live else "for tests"


@cache
def _loaded(path: str) -> Any:
    module, _, attribute = path.replace(":", ".").rpartition(".")
    return getattr(import_module(module), attribute)


def _offered(name: str) -> str:
    found = sorted({entry.value for entry in entry_points(group=ENTRY_POINTS, name=name)})
    if len(found) != 1:
        said = "nothing installed offers it" if not found else f"{len(found)} packages offer it"
        raise ImportError(f"{said} in “{ENTRY_POINTS}”")
    return found[0]
