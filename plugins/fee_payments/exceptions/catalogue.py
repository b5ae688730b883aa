"""What is sold, to whom, when and for how much."""

from __future__ import annotations

from datetime import date, datetime

from fee_payments.exceptions.base import PaymentsError


class UnknownOffering(PaymentsError):
    """No offering has this code."""


class NotOnSale(PaymentsError):
    """The offering is not sold on that day (UTC)."""

    def __init__(self, title: str, on: date) -> None:
        self.title, self.on = title, on
        super().__init__(f"“{title}” is not on sale on {on.isoformat()}.")


class UpgradeOver(NotOnSale):
    """The upgrade deadline has passed: nobody can buy it any more, enrolled or not."""

    def __init__(self, title: str, on: date, until: datetime) -> None:
        super().__init__(title, on)
        self.until = until
        self.args = (f"“{title}” could be bought until {until:%Y-%m-%d %H:%M} UTC.",)


class CountryBlocked(NotOnSale):
    """It is not sold to learners of this country; ``country`` is "" where it is not known.

    ``fault`` names the reason, the same at every door: ``COUNTRY_BLOCKED`` or ``COUNTRY_UNKNOWN``.
    ``is_of_organisation``: the country is that of an organisation that buys, and not of who reads.
    """

    def __init__(
        self, title: str, on: date, country: str, *, is_of_organisation: bool = False
    ) -> None:
        super().__init__(title, on)
        self.country, self.is_of_organisation = country, is_of_organisation
        self.fault = "COUNTRY_BLOCKED" if country else "COUNTRY_UNKNOWN"
        where = f"to learners of {country}" if country else "to learners without a country"
        self.args = (f"“{title}” is not sold {where}.",)


class NoPrice(PaymentsError):
    """The price list has nothing for this payer class and currency on that day (UTC)."""

    def __init__(self, title: str, on: date, currency: str | None) -> None:
        self.title, self.on, self.currency = title, on, currency
        where = f" in {currency}" if currency else ""
        super().__init__(f"“{title}” has no price{where} on {on.isoformat()}.")


class NoSeatLeft(PaymentsError):
    """Every seat of the room is taken or held by an open order."""


class UnknownSession(PaymentsError):
    """The offering has no session of this code."""


class SessionNotOpen(PaymentsError):
    """The session was closed, or has begun: another one can be chosen."""


class SeatsLeft(PaymentsError):
    """There are seats: nobody has to wait."""


class NotWaiting(PaymentsError):
    """The learner does not wait for this room, or does so no longer."""


class LinesDoNotFit(PaymentsError):
    """The lines of one order have several merchants or currencies, or there is none."""


class InvalidCatalogue(PaymentsError):
    """An offering, a merchant or a session that cannot be; the sentence says why."""


class TaxOverlap(InvalidCatalogue):
    """Two rates of one country and kind would hold on the same day."""


class OverLimit(PaymentsError):
    """An author wants more than operators let authors of this course do.

    ``what`` is ``sell``, ``kind``, ``price``, ``currency`` or ``amount``; ``said`` fills the
    sentence, and ``contact`` is whom to ask, "" where nobody is named.
    """

    SENTENCES = {
        "sell": "Authors of this course may not add or change fees.",
        "kind": "Authors of this course may not sell “{kind}”.",
        "price": "Authors of this course may not set prices.",
        "currency": "Authors of this course may not sell in {currency}.",
        "amount": "{amount} is not between {lowest} and {highest}.",
    }

    def __init__(self, what: str, *, contact: str, **said: object) -> None:
        self.what, self.contact, self.said = what, contact, said
        ask = f"Please ask {contact}." if contact else "Please ask an operator."
        super().__init__(f"{self.SENTENCES[what].format(**said)} {ask}")


class ChangeNotAsked(PaymentsError):
    """An author may not ask operators for this; the sentence says why."""


class BaseChanged(PaymentsError):
    """What an author asked to change is not what it was then, so it is not approved."""


class UnknownMerchant(PaymentsError):
    """No merchant has this code."""


class UnknownTerms(PaymentsError):
    """No version of terms has this number."""
