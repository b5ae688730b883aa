"""Defaults of fee_payments; an operator's value always wins."""

from __future__ import annotations

from typing import Any

from fairgate import page_frame

OVERRIDES = {
    "OVERRIDE_GET_CHECKOUT_PAGE_URL": "fee_payments.checkout_links.checkout_page_url",
    "OVERRIDE_GET_ABSOLUTE_ECOMMERCE_URL": "fee_payments.checkout_links.absolute_ecommerce_url",
}

KEY_HEADER = "idempotency-key"

DEFAULTS: dict[str, Any] = {
    # Minutes an open order keeps its price, its seat and its part of the waiver fund.
    "FEE_PAYMENTS_ORDER_MINUTES": 60,
    # Seat codes that open nothing, per person and hour; after that they have to wait.
    "FEE_PAYMENTS_SEAT_CODE_TRIES_PER_HOUR": 10,
    # What goes back to who asks: the step that gives most counts while it holds. For 14 days a
    # consumer in the European Union may withdraw from a contract made at a distance (Directive
    # 2011/83/EU, article 9); say here what your own terms promise.
    "FEE_PAYMENTS_REFUND_POLICY": [{"percent": 100, "days_after_payment": 14}],
    # Name → options, or dotted path. Nothing is switched on by default: no provider, no payment.
    "FEE_PAYMENTS_PROVIDERS": {},
    # Providers that move no money are used, and live ones refused; else the other way round.
    "FEE_PAYMENTS_TEST_MODE": False,
    # Days an order is kept whose payment is on its way, as a bank debit is.
    "FEE_PAYMENTS_PENDING_DAYS": 7,
    # What becomes of access while a payment is disputed: "keep" or "suspend".
    "FEE_PAYMENTS_ON_DISPUTE": "keep",
    # Days after which what providers sent is emptied; it can name the payer.
    "FEE_PAYMENTS_KEEP_EVENTS_DAYS": 90,
    # Days for which an event that cannot be worked is tried again; then a person looks.
    "FEE_PAYMENTS_RETRY_EVENTS_DAYS": 3,
    # The sandbox takes no event without a secret.
    "FEE_PAYMENTS_SANDBOX_SECRETS": (),
    "FEE_PAYMENTS_SANDBOX_WEBHOOK_URL": "",
    # Whether something is sold to a learner whose profile has no country, so that nobody can say
    # whether it is a blocked one. They can say where they live, and come back.
    "FEE_PAYMENTS_SELL_TO_UNKNOWN_COUNTRY": True,
    # Hours for which a seat of a full room is held for who has waited for it.
    "FEE_PAYMENTS_ROOM_OFFER_HOURS": 48,
    # The platform's upgrade and checkout links lead to the fee's page, if the sku is a fee's code.
    # They show only where an operator switched checkout on (CommerceConfiguration).
    "FEE_PAYMENTS_CHECKOUT_LINKS": True,
    # Enrolments follow rights. Switched off, what is to be done is kept and waits.
    "FEE_PAYMENTS_ENROLMENTS": True,
    # Who sells, where there is no merchant; as it stands on quotes and invoices: prefix of their
    # numbers, legal_name, address (lines), country, tax_id, iban, bic, bank.
    "FEE_PAYMENTS_SELLER": {},
    # Days from an invoice to its due date, and days after it for which the order keeps its seat.
    "FEE_PAYMENTS_PAYMENT_DAYS": 30,
    "FEE_PAYMENTS_GRACE_DAYS": 5,
    # Days for which a quote stands.
    "FEE_PAYMENTS_QUOTE_DAYS": 30,
    # By currency, the most that may be missing of an invoice and be written off: {"USD": "5.00"}.
    "FEE_PAYMENTS_WRITE_OFF_LIMITS": {},
    # Whether access ends while a bank has taken a payment back.
    "FEE_PAYMENTS_SUSPEND_ON_REVERSAL": True,
    # Days after the due date on which a reminder is sent, and how often a mail is tried.
    "FEE_PAYMENTS_REMINDER_DAYS": (3, 14, 30),
    "FEE_PAYMENTS_REMINDER_TRIES": 5,
    # Where files of purchase orders are kept, like an entry of Django's STORAGES. Empty: none.
    "FEE_PAYMENTS_PURCHASE_ORDERS": {},
    # Keys of cryptography.fernet that they are encrypted with, the newest first. None: no files.
    "FEE_PAYMENTS_PURCHASE_ORDER_KEYS": (),
    "FEE_PAYMENTS_PURCHASE_ORDER_MAX_BYTES": 5_242_880,
    # How many lines of a bank's file one press of a button matches.
    "FEE_PAYMENTS_BANK_LINES_AT_ONCE": 500,
    # Seats of institutions. Days in which a bought seat can be given and accepted, and in which an
    # invitation can be accepted; days before its end on which a reminder goes out.
    "FEE_PAYMENTS_SEAT_POOL_DAYS": 365,
    "FEE_PAYMENTS_SEAT_INVITATION_DAYS": 30,
    "FEE_PAYMENTS_SEAT_REMINDER_DAYS": 7,
    # A coordinator may take an accepted seat back within so many days, and while the learner's
    # grade is below so many per cent.
    "FEE_PAYMENTS_SEAT_REVOKE_DAYS": 14,
    "FEE_PAYMENTS_SEAT_REVOKE_BELOW_PERCENT": 10,
    # Invitations and reminders one institution may send in a day; how often a mail is tried.
    "FEE_PAYMENTS_SEAT_MAILS_PER_DAY": 2000,
    "FEE_PAYMENTS_SEAT_MAIL_TRIES": 5,
    # Days for which the address of somebody who did not accept is kept after the end.
    "FEE_PAYMENTS_SEAT_FORGET_DAYS": 30,
    # Keys of cryptography.fernet that invited addresses are encrypted with, the newest first;
    # none: a key made from SECRET_KEY.
    "FEE_PAYMENTS_SEAT_KEYS": (),
    # The address of the site in front of links in mails; "" means LMS_ROOT_URL.
    "FEE_PAYMENTS_SITE_URL": "",
}


# The platform writes what people send with a form into its tracking log, but for these addresses.
# Here they say to whom an invoice is made out, and send statements of bank accounts; reading such a
# form to write it down would also put the file on a disk before we see it.
UNTRACKED = "^/fairgate/fees/(orders/[^/]+/invoice|desk)/"


def leave_untracked(settings: Any) -> None:
    """Keep forms of our pages out of the tracking log, where the platform has one."""
    patterns = getattr(settings, "TRACKING_IGNORE_URL_PATTERNS", None)
    if patterns is not None and UNTRACKED not in patterns:
        settings.TRACKING_IGNORE_URL_PATTERNS = [*patterns, UNTRACKED]


def plugin_settings(settings: Any) -> None:
    """Called by the plugin machinery of Open edX with the settings module being built."""
    for name, value in DEFAULTS.items():
        if not hasattr(settings, name):
            setattr(settings, name, value)
    page_frame.install(settings)
    leave_untracked(settings)
    let_keys_through(settings)


def let_keys_through(settings: Any) -> None:
    """Let micro-frontends send an idempotency key, from wherever the operator serves them.

    Which headers they may send is said by applications, says the platform (``lms/envs/common.py``),
    and from which origins by the site.
    """
    allowed = tuple(getattr(settings, "CORS_ALLOW_HEADERS", ()))
    if allowed and KEY_HEADER not in allowed:
        settings.CORS_ALLOW_HEADERS = (*allowed, KEY_HEADER)


def link_checkout(settings: Any) -> None:
    """Put our functions last into the LMS's overrides: the last is asked first.

    Those that are there stay, and are asked for what is not ours. Called when the platform's own
    settings are read: ``production`` and ``test``.
    """
    if getattr(settings, "ROOT_URLCONF", "") != "lms.urls":
        return
    for name, function in OVERRIDES.items():
        known = getattr(settings, name, None) or ()
        others = [known] if isinstance(known, str) else list(known)
        setattr(settings, name, [*(one for one in others if one != function), function])
