"""Reads: rows in, frozen values out. The rule of what is in force stays in ``rules``."""

from partnerships.selectors.course_roles import list_role_standings
from partnerships.selectors.ends import (
    get_end,
    list_ends,
)
from partnerships.selectors.marks import (
    address_of_rules,
    list_marks,
    list_marks_to_keep,
    list_placements,
    no_endorsement,
    no_endorsement_of_all,
)
from partnerships.selectors.partners import (
    check_account,
    get_contact,
    get_partner,
    get_party,
    get_role_of,
    list_contacts,
    list_due_diligence,
    list_partner_codes_of,
    list_partners,
    list_partners_of_course,
    list_people,
)
from partnerships.selectors.pictures import (
    get_kept_file,
    get_own_file,
    get_picture,
    get_shown_file,
    list_pictures,
    list_waiting_pictures,
    read_file,
)
from partnerships.selectors.promises import (
    get_delivered_value,
    get_evidence,
    get_promises,
    get_version_of_delivery,
    list_given_elsewhere,
    list_promises,
)
from partnerships.selectors.promotions import (
    get_promotion,
    list_promotions,
    list_shown_promotions,
    list_waiting_promotions,
)
from partnerships.selectors.reach import list_reach
from partnerships.selectors.recognition import (
    compute_award,
    get_award,
    get_scheme,
    get_scheme_in_force,
    get_scheme_of_tier,
    list_altered_awards,
    list_awards,
    list_granted_places,
    list_schemes,
)
from partnerships.selectors.terms import (
    get_terms,
    get_terms_by_uuid,
)
from partnerships.selectors.versions import (
    get_version,
    list_altered,
    list_changes,
    list_versions,
)

__all__ = [
    "address_of_rules",
    "check_account",
    "compute_award",
    "get_award",
    "get_contact",
    "get_delivered_value",
    "get_end",
    "get_evidence",
    "get_kept_file",
    "get_own_file",
    "get_partner",
    "get_party",
    "get_picture",
    "get_promises",
    "get_promotion",
    "get_role_of",
    "get_scheme",
    "get_scheme_in_force",
    "get_scheme_of_tier",
    "get_shown_file",
    "get_terms",
    "get_terms_by_uuid",
    "get_version",
    "get_version_of_delivery",
    "list_altered",
    "list_altered_awards",
    "list_awards",
    "list_changes",
    "list_contacts",
    "list_due_diligence",
    "list_ends",
    "list_given_elsewhere",
    "list_granted_places",
    "list_marks",
    "list_marks_to_keep",
    "list_partner_codes_of",
    "list_partners",
    "list_partners_of_course",
    "list_people",
    "list_pictures",
    "list_placements",
    "list_promises",
    "list_promotions",
    "list_reach",
    "list_role_standings",
    "list_schemes",
    "list_shown_promotions",
    "list_versions",
    "list_waiting_pictures",
    "list_waiting_promotions",
    "no_endorsement",
    "no_endorsement_of_all",
    "read_file",
]
