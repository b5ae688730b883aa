"""The SDK's client, and what its errors mean to us."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

import requests
import stripe
from django.utils.translation import gettext as _

from fee_payments.exceptions import ProviderMisconfigured, ProviderRefused, ProviderUnavailable
from fee_payments.providers.stripe_checkout.options import StripeOptions

log = logging.getLogger(__name__)

# What our requests are written in, and answers are read by; raised together with the SDK's.
API_VERSION = "2026-10-28.endive"

CONFLICT, SERVER = 409, 500


@lru_cache(maxsize=8)
def client_for(options: StripeOptions) -> stripe.StripeClient:
    """One client for the same options, so that connections are used again."""
    session = requests.Session()
    # A stand-in is on this machine, whatever proxy leads to the world.
    session.trust_env = not options.base_url
    return stripe.StripeClient(
        options.secret_key,
        stripe_version=API_VERSION,
        base_addresses={"api": options.base_url} if options.base_url else {},
        http_client=stripe.RequestsClient(session=session, timeout=options.timeout),
        max_network_retries=options.max_network_retries,
    )


@contextmanager
def stripe_answers() -> Iterator[None]:
    """Turn what the SDK raises into our errors.

    Raises:
        ProviderMisconfigured: the key is wrong, or may not do this.
        ProviderUnavailable: no answer, a broken one, too many requests, or 5xx.
        ProviderRefused: Stripe says no; its sentence is for whoever asked.
    """
    try:
        yield
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        log.error(  # noqa: TRY400 - the trace says nothing that an operator needs
            "stripe does not let us in: status=%s request=%s; look at the key and its permissions",
            error.http_status,
            error.request_id,
        )
        raise ProviderMisconfigured(_("The payment provider does not let us in.")) from None
    except stripe.StripeError as error:
        log.warning(
            "stripe: error=%s status=%s code=%s request=%s",
            type(error).__name__,
            error.http_status,
            error.code,
            error.request_id,
        )
        if _may_go_through_later(error):
            raise ProviderUnavailable(_("The payment provider does not answer.")) from error
        raise ProviderRefused(error.user_message or _("The payment provider says no.")) from error


def _may_go_through_later(error: stripe.StripeError) -> bool:
    if isinstance(error, stripe.APIConnectionError | stripe.RateLimitError):
        return True
    if isinstance(error, stripe.CardError):
        return False
    status = error.http_status or SERVER
    # 409: the same key is being worked on at this moment.
    return status >= SERVER or status == CONFLICT or isinstance(error, stripe.APIError)
