"""What an operator says about Stripe, in ``FEE_PAYMENTS_PROVIDERS``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

# sk: a secret key; rk: a restricted one, which can do only what it was made for.
LIVE_KEYS = ("sk_live_", "rk_live_")
TEST_KEYS = ("sk_test_", "rk_test_")


@dataclass(frozen=True, slots=True, kw_only=True)
class StripeOptions:
    """The options of the provider; keys and secrets are left out where they are printed.

    Attributes:
        secret_key: ``rk_…`` (better: it can do less) or ``sk_…``; it says whether money is real.
        webhook_secrets: signing secrets of our endpoint (``whsec_…``), the newest first.
        account: the account (``acct_…``) whose events are ours; "" where events name none.
        methods: kinds of payment methods to offer; none: what the dashboard has switched on.
        timeout: seconds to wait for an answer.
        max_network_retries: how often the SDK asks again by itself, with the same key.
        base_url: another address than Stripe's, of a stand-in on this machine; for tests only.
    """

    secret_key: str = field(repr=False)
    webhook_secrets: tuple[str, ...] = field(default=(), repr=False)
    account: str = ""
    methods: tuple[str, ...] = ()
    timeout: float = 20.0
    max_network_retries: int = 2
    base_url: str = ""

    @property
    def is_live(self) -> bool:
        """Whether the key moves real money."""
        return self.secret_key.startswith(LIVE_KEYS)


def read_options(
    *,
    secret_key: str = "",
    webhook_secrets: str | Sequence[str] = (),
    methods: Sequence[str] = (),
    account: str = "",
    timeout: float = 20.0,
    max_network_retries: int = 2,
    base_url: str = "",
) -> StripeOptions:
    """The options, checked.

    Raises:
        ValueError: the key is none of Stripe's secret keys. Its text never holds the key.
    """
    if not secret_key.startswith((*LIVE_KEYS, *TEST_KEYS)):
        raise ValueError(
            "“secret_key” is no secret key of Stripe: it begins with rk_live_, sk_live_, rk_test_ "
            "or sk_test_"
        )
    secrets = (webhook_secrets,) if isinstance(webhook_secrets, str) else tuple(webhook_secrets)
    return StripeOptions(
        secret_key=secret_key,
        webhook_secrets=secrets,
        account=account,
        methods=tuple(methods),
        timeout=timeout,
        max_network_retries=max_network_retries,
        base_url=base_url,
    )
