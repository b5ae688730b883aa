"""Reads: rows in, frozen values out. The rule of what is in force stays in ``rules``."""

from partnerships.selectors.marks import (
    list_marks,
    list_placements,
    no_endorsement,
)
from partnerships.selectors.partners import (
    get_partner,
    get_party,
    list_partner_codes_of,
    list_partners,
    list_partners_of_course,
)
from partnerships.selectors.terms import (
    get_terms,
    get_terms_by_uuid,
)
from partnerships.selectors.versions import (
    get_version,
    list_altered,
    list_versions,
)

__all__ = [
    "get_partner",
    "get_party",
    "get_terms",
    "get_terms_by_uuid",
    "get_version",
    "list_altered",
    "list_marks",
    "list_partner_codes_of",
    "list_partners",
    "list_partners_of_course",
    "list_placements",
    "list_versions",
    "no_endorsement",
]
