"""Refusals in the reader's language: each sentence that an error of ours may say, once more.

Rules know no languages, so an error says itself in English; here every sentence stands for
translation. A test compares the two.
"""

from __future__ import annotations

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from fairgate.errors import FairgateError
from fee_payments import api as fees
from fee_payments.exceptions import PaymentsError

from .exceptions import FactsWaiting, RevenueShareError

SENTENCES = (
    _("There is no payout %(key)s."),
    _("The bank has debited %(name)s, which is over: that has to be settled first."),
    _("There is nothing %(key)s that was not executed."),
    _("It cannot be the payment or its return, as the payout stands: it can be a fee."),
    _(
        "Only a payout that was sent, and of which the bank has told nothing, can be said not to "
        "have been executed."
    ),
    _("The fact %(key)s (%(kind)s) is in the books already, with other amounts or dates."),
    _("The fact %(key)s is not in the books yet; its refund has to wait."),
    _("“%(text)s” is not a month; write it like 2026-10."),
    _("Another request was sent under this key."),
    _("There are statements in %(currencies)s: name the currency."),
    _("An entry is written with the others of its transaction."),
    _("An entry has the currency of its transaction."),
    _("%(key)s: debits %(debit)s, credits %(credit)s."),
    _("The holder has a name of at most %(most)s Latin letters."),
    _("The IBAN is none: its check digits or its length are wrong."),
    _("This is written like an IBAN: say that it is one."),
    _("An account that has no IBAN has a number of at most 34 signs."),
    _("A BIC has 8 or 11 signs, like UBSWCHZH80A."),
    _("An account without an IBAN needs the BIC of its bank."),
    _("“%(sign)s” is no letter that banks take; write it in Latin letters."),
    _("%(part)s of %(left)s minor units cannot be taken back."),
    _("Debits and credits differ by %(difference)s minor units."),
    _("The party has several accounts, and none in %(currency)s."),
    _("It is less than the smallest amount that can be sent."),
    _("There is no bank account of ours in %(currency)s."),
    _("There is no bank account of ours in %(currency)s, nor in %(other)s."),
    _("There is no batch %(key)s."),
    _("There is no payout %(key)s."),
    _("There is no entry %(key)s."),
    _("The rates or the bank accounts in the settings cannot be read: %(why)s"),
    _("Its document is not what was frozen."),
    _("The party has no account to be paid to."),
    _(
        "No rate of %(base)s in %(currency)s is known for %(day)s. Load the published rates, "
        "or enter one by two people."
    ),
    _("There is no rate %(key)s entered by hand."),
    _("There is no run %(key)s."),
    _("%(party)s has nothing in %(currency)s in %(month)s."),
    _("%(party)s has nothing in %(month)s."),
    _("Please say why, in at most %(most)s characters; the reason is kept."),
    _("There are control characters in the reason."),
    _("Another person than who proposed it has to confirm this."),
    _("There is no adjustment %(key)s."),
    _("This was decided already."),
    _("An adjustment is in one currency."),
    _("Every line moves something."),
    _("What is given and what is taken differ by %(money)s."),
    _("%(month)s is closed; an adjustment counts in an open month."),
    _("%(month)s has not begun."),
    _("“%(code)s” is no party."),
    _("%(month)s cannot be closed after %(closed)s: it counts as closed."),
    _("%(first)s is still open: close it before %(month)s."),
    _("%(month)s cannot be closed before %(moment)s UTC, when the hold of its last sales ends."),
    _(
        "The sums of %(month)s are not those of its events, first those of %(party)s in "
        "%(currency)s: run revenue_share_rebuild, and close it again."
    ),
    _(
        "The sale %(sale)s of %(month)s is not cleared. Close the month again; if it is refused "
        "again, revenue_share_check says what is broken."
    ),
    _(
        "The fund is handed nothing in %(currency)s, since its position and its credits are not "
        "what events gave: revenue_share_check says what is broken."
    ),
    _(
        "What rounding owes under the terms %(version)s in %(currency)s is not kept by their "
        "weights: revenue_share_check says what is broken."
    ),
    _("There is no such step %(key)s."),
    _("There is no remittance %(key)s."),
    _("A remittance with the reference “%(reference)s” in %(currency)s is recorded already."),
    _("%(party)s pays nothing over: it is the platform’s."),
    _("A remittance is more or less than nothing."),
    _("%(day)s has not come yet."),
    _(
        "The bank’s reference has at most 35 characters: letters, digits, blanks and "
        "/ ? : ( ) . , ' + -."
    ),
    _("Another person than who asked has to confirm this."),
    _("The dispute %(key)s and its payment are in %(currencies)s."),
    _("%(kind)s of %(key)s: out of balance by %(difference)s."),
    _("%(party)s has no account in %(currency)s."),
    _("What the fund gets stays in our bank account, and is not paid out."),
    _("There is no account %(key)s."),
    _("Another account of this party is being confirmed; try again."),
    _("There is no party “%(party)s”."),
    _("“%(code)s” is not a currency code."),
    _("The file is of no account that payouts are paid from."),
    _("There is no difference in this entry that could be accepted."),
    _("It is in another currency than the account it was paid from."),
    _("There is no difference %(key)s to accept."),
    _("This waits for a second person already."),
    _("The bank accounts in the settings cannot be read: %(why)s"),
    _("The day of payment is today or one of the next 90 days."),
    _("Choose at least one statement to be paid."),
    _("There is a file for the bank once a second person has approved."),
    _("The file is not what was approved."),
    _("%(statement)s: %(why)s"),
    _(
        "The account of %(party)s was changed since this was proposed; refuse it, and "
        "propose it again."
    ),
    _("%(statement)s is not what was frozen."),
    _("One of these statements is being paid by somebody else at this moment."),
    _("%(statement)s is not to be paid: it is being paid, or nothing is due."),
    _("The bank account that this is paid from is not in the settings: %(why)s"),
    _("A rate by hand is in effect from a day within a year of today."),
    _("A rate is between two currencies."),
    _("A rate says what one of %(bases)s is worth."),
    _("A rate is above zero, with at most 8 decimals."),
    _("Another rate of this day is being confirmed; try again."),
    _("The refund %(key)s is in %(currency)s, its sale in %(other)s."),
    _("The refunds of sale %(key)s would be %(refunded)s minor units, more than its %(brought)s."),
    _("The refund %(key)s has parts that its sale has not left."),
    _("What is encrypted cannot be read: the key for it is missing."),
    _("This site has no key for accounts and files of payouts."),
    _("Another run writes into %(folder)s now."),
    _("%(period)s is not closed yet; a dry run is of a closed month."),
    _("%(place)s cannot be written: %(fault)s."),
    _("%(place)s cannot be read."),
    _("%(place)s is there already; nothing is written over."),
    _("No server is named: set REVENUE_SHARE_CLICKHOUSE."),
    _(
        "More was exported than the books have, so it was of other books, or they were put back to "
        "an earlier day. Empty the tables of ClickHouse, and export everything."
    ),
    _("This is no manifest of an export."),
    _("That export has other columns: begin again without it."),
    _("ClickHouse did not answer: %(fault)s."),
    _("ClickHouse refused: HTTP %(status)s, its code is %(code)s."),
)


def in_words(error: FairgateError) -> str:
    """Why something was refused, in the language that is active; of others as they say it."""
    if isinstance(error, FactsWaiting):
        return _facts_waiting(error)
    if isinstance(error, PaymentsError):
        return fees.refusal_note(error)
    if not isinstance(error, RevenueShareError):
        return str(error)
    said = gettext(error.sentence)
    found = {name: _found(value) for name, value in error.found.items()}
    return said % found if found else said


def _facts_waiting(error: FactsWaiting) -> str:
    count = len(error.reasons)
    said = ngettext("%(count)s fact cannot be booked.", "%(count)s facts cannot be booked.", count)
    return " ".join((said % {"count": count}, *map(in_words, error.reasons)))


def _found(value: RevenueShareError | str) -> str:
    """What was found, where it is a refusal itself in words."""
    return value if isinstance(value, str) else in_words(value)
