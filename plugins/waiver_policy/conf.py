"""What the operator can set, read when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import FileSystemStorage, Storage
from django.utils.module_loading import import_string
from django_countries import countries

from fairgate.money import Money

_FILES = "django.core.files.storage.FileSystemStorage"


def policy_slug() -> str:
    """The policy that decides; empty when the operator named none."""
    return str(getattr(settings, "WAIVER_POLICY_SLUG", ""))


def appeal_contact() -> str:
    """Where to write to appeal, for the explanation."""
    return str(getattr(settings, "WAIVER_POLICY_APPEAL_CONTACT", ""))


def open_applications() -> int:
    """How many applications of one person may wait at a time."""
    return int(getattr(settings, "WAIVER_POLICY_OPEN_APPLICATIONS", 5))


def document_storage() -> Storage | None:
    """Where documents are kept; ``None`` while the operator has named no place.

    Raises:
        ImproperlyConfigured: the setting names a place that cannot be.
    """
    named = getattr(settings, "WAIVER_POLICY_DOCUMENTS", None)
    if not named:
        return None
    try:
        kind = import_string(named.get("BACKEND", _FILES))
        options: dict[str, Any] = dict(named.get("OPTIONS", {}))
        if issubclass(kind, FileSystemStorage):
            if not options.get("location"):
                raise ImproperlyConfigured("OPTIONS of WAIVER_POLICY_DOCUMENTS lack “location”.")
            options = {
                "file_permissions_mode": 0o600,
                "directory_permissions_mode": 0o700,
            } | options
        storage: Storage = kind(**options)
    except (ImportError, TypeError, ValueError, AttributeError) as error:
        raise ImproperlyConfigured(f"WAIVER_POLICY_DOCUMENTS: {error}") from error
    return storage


def document_keys() -> tuple[bytes, ...]:
    """The keys of documents, the newest first.

    Raises:
        ImproperlyConfigured: one of them is no key. The message does not show it.
    """
    keys = getattr(settings, "WAIVER_POLICY_DOCUMENT_KEYS", ())
    if isinstance(keys, str | bytes):
        raise ImproperlyConfigured("WAIVER_POLICY_DOCUMENT_KEYS is a list of keys.")
    found = []
    for number, key in enumerate(keys, start=1):
        raw = key.encode() if isinstance(key, str) else key
        try:
            Fernet(raw)
        except (ValueError, TypeError):
            raise ImproperlyConfigured(
                f"Key {number} of WAIVER_POLICY_DOCUMENT_KEYS is no key of cryptography.fernet."
            ) from None
        found.append(raw)
    return tuple(found)


def documents_are_taken() -> bool:
    """Whether there is a place for documents and a key; a mistake in either shuts the door."""
    try:
        return bool(document_storage() is not None and document_keys())
    except ImproperlyConfigured:
        return False


def document_max_bytes() -> int:
    """The largest file that is taken."""
    return int(getattr(settings, "WAIVER_POLICY_DOCUMENT_MAX_BYTES", 5 * 1024 * 1024))


def documents_per_application() -> int:
    """How many documents one application may have at a time."""
    return int(getattr(settings, "WAIVER_POLICY_DOCUMENTS_PER_APPLICATION", 5))


def document_delete_days() -> int:
    """Days from a decision to the deletion of its documents, where its policy sets none."""
    return int(getattr(settings, "WAIVER_POLICY_DOCUMENT_DELETE_DAYS", 90))


def document_scanner() -> Callable[[Any], object] | None:
    """The function that looks for malware; ``None`` if nobody looks.

    Raises:
        ImproperlyConfigured: there is no function of this name.
    """
    path = str(getattr(settings, "WAIVER_POLICY_DOCUMENT_SCANNER", "") or "")
    if not path:
        return None
    try:
        scanner: Callable[[Any], object] = import_string(path)
    except ImportError as error:
        raise ImproperlyConfigured(f"WAIVER_POLICY_DOCUMENT_SCANNER: {error}") from error
    if not callable(scanner):
        raise ImproperlyConfigured("WAIVER_POLICY_DOCUMENT_SCANNER is no function.")
    return scanner


def adult_age() -> int:
    """From which age a person sends identity documents without a guardian, in years."""
    return int(getattr(settings, "WAIVER_POLICY_ADULT_AGE", 18))


def looks_at_ip() -> bool:
    """Whether decisions look at the country that a request comes from."""
    return bool(getattr(settings, "WAIVER_POLICY_IP_COUNTRY", False))


def list_days() -> int:
    """After how many days the newest edition of a country list is called old."""
    return int(getattr(settings, "WAIVER_POLICY_LIST_DAYS", 400))


def price_lock_days() -> int:
    """For how many days a price is kept; 0 keeps none from now on."""
    return int(getattr(settings, "WAIVER_POLICY_PRICE_LOCK_DAYS", 30))


def offer_days() -> int:
    """How many days an offer from the waiting list stands."""
    return int(getattr(settings, "WAIVER_POLICY_OFFER_DAYS", 14))


def waiting_days() -> int:
    """After how many days a place on the waiting list that was never served lapses."""
    return int(getattr(settings, "WAIVER_POLICY_WAITING_DAYS", 365))


def runway_months() -> int:
    """Over how many full months the pace of spending is taken."""
    return int(getattr(settings, "WAIVER_POLICY_RUNWAY_MONTHS", 6))


def decide_within_days() -> int:
    """Days for a decision where the policy does not say."""
    return _days("DECIDE_WITHIN", 16)


def answer_within_days() -> int:
    """Days for the answer to a question."""
    return _days("ANSWER_WITHIN", 21)


def appeal_within_days() -> int:
    """Days in which a refusal can be appealed."""
    return _days("APPEAL_WITHIN", 30)


def remind_before_days() -> int:
    """Days before the end of a term on which people are reminded."""
    return _days("REMIND_BEFORE", 5)


def taken_for_days() -> int:
    """Days for which an application stays with who has taken it."""
    return _days("TAKEN_FOR", 3)


def _days(name: str, default: int) -> int:
    return int(getattr(settings, f"WAIVER_POLICY_{name}_DAYS", default))


def bulk_limit() -> int:
    """How many applications are decided at once."""
    return int(getattr(settings, "WAIVER_POLICY_BULK_LIMIT", 50))


def two_people_above() -> Mapping[str, Money]:
    """By currency, the waived amount above which two people decide."""
    amounts = getattr(settings, "WAIVER_POLICY_TWO_PEOPLE_ABOVE", None) or {}
    return {code: Money(str(amount), code) for code, amount in amounts.items()}


def financial_year_starts() -> int:
    """The month in which the financial year begins, 1 to 12."""
    return int(getattr(settings, "WAIVER_POLICY_FINANCIAL_YEAR_STARTS", 1))


def site_url() -> str:
    """The address of the site in front of a path, without a slash at its end; "" if unknown."""
    own = getattr(settings, "WAIVER_POLICY_SITE_URL", "")
    return str(own or getattr(settings, "LMS_ROOT_URL", "") or "").rstrip("/")


def site_name() -> str:
    """What the site is called; "" if it does not say."""
    return str(getattr(settings, "PLATFORM_NAME", "") or "")


def notice_tries() -> int:
    """How often a mail is tried."""
    return int(getattr(settings, "WAIVER_POLICY_NOTICE_TRIES", 5))


def known_countries() -> frozenset[str]:
    """The country codes of this site: ISO 3166-1 and ``COUNTRIES_OVERRIDE`` (XK, TW, …)."""
    return frozenset(countries.countries)


def country_codes() -> Mapping[str, tuple[str, str]]:
    """The known countries, each with its alpha-3 and M49 code; blank where it has none (XK)."""
    return {
        code: (countries.alpha3(code), countries.numeric(code, padded=True) or "")
        for code in known_countries()
    }


def country_name(code: str) -> str:
    """The name of a country in the language in use; the code itself when it has none."""
    return str(countries.name(code) or code)
