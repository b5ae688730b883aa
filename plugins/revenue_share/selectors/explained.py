"""What a statement says beside its document: whom it is for by law, and how its lines follow.

Both are read from what never changes: agreements' versions, and the names of a day.
"""

from __future__ import annotations

from django.utils import translation

from fee_payments import api as fees
from partnerships import api as partnerships
from partnerships.data import PLATFORM

from ..data import Names, Statement
from ..rules.line_shares import Shares


def line_shares(statement: Statement) -> Shares:
    """Which part of its base each line gives the party: ``of(line)``."""
    versions = {(line.agreement, line.version) for line in statement.lines if line.agreement}
    return Shares(party=statement.party, terms=partnerships.terms_by_numbers(versions))


def names_on(statement: Statement, *, language: str) -> Names:
    """The legal names: the party's of the day of the close, of a draft that of now.

    It is issued under the legal name of the site's merchant, or of its settings, else as the host.
    """
    code = statement.party
    with translation.override(language):
        host = fees.own_legal_name() or partnerships.party(PLATFORM).name
        try:
            legal = partnerships.legal_name(code, at=statement.closed_at)
            known_as = partnerships.party(code).name
        except LookupError:
            return Names(party=code, host=host)  # a share may go to somebody who is no partner
    if code == PLATFORM:
        legal = host
    return Names(party=legal, host=host, known_as=known_as)
