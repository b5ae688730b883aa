"""Where our pages are, for who reads of them in a mail."""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse

from fee_payments import conf


def fee_page(offering_code: str) -> str:
    """The address of the page of a fee; that of the site where our pages are not served."""
    try:
        return conf.site_url() + reverse("fee_payments:fee", args=[offering_code])
    except NoReverseMatch:
        return conf.site_url()
