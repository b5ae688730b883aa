"""Documents and countries in words, in the language of who reads them.

Neutral by rule, as in ``sentences``. A fault says what is wrong with the file and what to do; it
never says how a file would get through.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from waiver_policy import conf
from waiver_policy.data import (
    DocumentFault,
    DocumentKind,
    EvidenceBasis,
    EvidenceKind,
    Found,
)
from waiver_policy.exceptions import DocumentRefused

KINDS: Mapping[str, object] = {
    DocumentKind.SCHOOL_LETTER: gettext_lazy("Letter of a school"),
    DocumentKind.INSTITUTION_LETTER: gettext_lazy("Letter of an institution"),
    DocumentKind.STAMPED_FORM: gettext_lazy("Official form, stamped by the administration"),
    DocumentKind.IDENTITY: gettext_lazy("Passport or identity card"),
    DocumentKind.INCOME: gettext_lazy("Income statement"),
    DocumentKind.UNHCR: gettext_lazy("UNHCR document"),
    DocumentKind.OTHER: gettext_lazy("Another document"),
}

BASES: Mapping[str, object] = {
    "presence": gettext_lazy("Where the request came from"),
    "profile": gettext_lazy("Country of the profile"),
    EvidenceBasis.NATIONALITY: gettext_lazy("Nationality"),
    EvidenceBasis.RESIDENCE: gettext_lazy("Residence"),
    EvidenceBasis.AFFILIATION: gettext_lazy("Place of work or study"),
    EvidenceBasis.BILLING_ADDRESS: gettext_lazy("Billing address"),
    EvidenceBasis.HQ: gettext_lazy("Headquarters of the organisation that pays"),
    EvidenceBasis.FUNDER: gettext_lazy("Country of the funder"),
    EvidenceBasis.NOMINATING_STATE: gettext_lazy("Nominating State"),
}

EVIDENCE_KINDS: Mapping[str, object] = {
    EvidenceKind.IP: gettext_lazy("a hint; it decides nothing"),
    EvidenceKind.DECLARED: gettext_lazy("self-declared"),
    EvidenceKind.INSTITUTION: gettext_lazy("as an institution says"),
    EvidenceKind.DOCUMENT: gettext_lazy("seen in a document"),
    EvidenceKind.NOMINATION: gettext_lazy("as the administration says that nominates"),
}

_TYPES: Mapping[str, object] = {
    "application/pdf": "PDF",
    "image/jpeg": gettext_lazy("picture"),
}

_FOUND: Mapping[str, object] = {
    Found.ARCHIVE: gettext_lazy("This file is an archive of files (such as ZIP)."),
    Found.OFFICE: gettext_lazy("This file is a document of an office program."),
    Found.PROGRAM: gettext_lazy("This file is a program."),
    Found.WEB_PAGE: gettext_lazy("This file is a web page."),
    Found.DRAWING: gettext_lazy("This file is a drawing (SVG)."),
    Found.PICTURE: gettext_lazy("This file is a picture of another kind."),
    Found.UNKNOWN: gettext_lazy("This file is of a kind that we do not know."),
}

_FAULTS: Mapping[str, object] = {
    DocumentFault.EMPTY: gettext_lazy("This file is empty. Please choose it again."),
    DocumentFault.TOO_LARGE: gettext_lazy(
        "This file is too large: at most %(limit)s can be sent. Please scan it in grey, or take a "
        "picture of one page at a time."
    ),
    DocumentFault.NOT_TAKEN: gettext_lazy("Please send a PDF, or a picture (JPEG, PNG or WebP)."),
    DocumentFault.PHONE_PICTURE: gettext_lazy(
        "This picture is in a format of phones (HEIC) that not everybody can open. Please send it "
        "as JPEG, or send a screenshot of it."
    ),
    DocumentFault.NOT_FROM_THE_START: gettext_lazy(
        "Something stands before the beginning of this PDF. Please save or print it as a PDF again."
    ),
    DocumentFault.TWO_IN_ONE: gettext_lazy(
        "There is more in this file than a PDF. Please save or print it as a PDF again."
    ),
    DocumentFault.DAMAGED: gettext_lazy(
        "This file is damaged or incomplete, so nobody could read it. Please save or print it as "
        "a PDF again, or send a picture of it."
    ),
    DocumentFault.ENCRYPTED: gettext_lazy(
        "This PDF is locked, so a reviewer could not read it. Please send it without a password."
    ),
    DocumentFault.ACTIVE: gettext_lazy(
        "This PDF holds a script or another thing that acts when it is opened. Please print it as "
        "a PDF again, or send a picture of it."
    ),
    DocumentFault.FILES_INSIDE: gettext_lazy(
        "This PDF has other files inside. Please send each file by itself."
    ),
    DocumentFault.TOO_COMPLICATED: gettext_lazy(
        "This PDF has too many parts. Please print it as a PDF again, or send a picture of it."
    ),
    DocumentFault.TOO_MANY_PAGES: gettext_lazy(
        "This PDF has too many pages. Please send the pages that count."
    ),
    DocumentFault.TOO_MANY_PIXELS: gettext_lazy(
        "This picture has too many pixels. Please make it smaller."
    ),
    DocumentFault.TOO_MANY_PARTS: gettext_lazy(
        "This picture is put together from too many parts. Please save it again as JPEG or PNG, or "
        "send a screenshot of it."
    ),
    DocumentFault.ANIMATED: gettext_lazy(
        "This picture is animated. Please send one that stands still."
    ),
    DocumentFault.SCANNER: gettext_lazy(
        "This file could not be accepted. Please send it in another form, such as a picture of it."
    ),
    DocumentFault.NO_SCAN: gettext_lazy(
        "The file could not be checked at the moment, so it was not kept. Please try again later."
    ),
    DocumentFault.GUARDIAN: gettext_lazy(
        "Who is not of age sends an identity document only if a parent or guardian agrees. A "
        "letter of your school does as well."
    ),
}


def document_fault(refused: DocumentRefused) -> str:
    """What is wrong with a file and what to do, as sentences for who sent it."""
    said = str(_FAULTS[refused.fault]) % {"limit": filesizeformat(conf.document_max_bytes())}
    if refused.found is None:
        return said
    return _("%(found)s %(advice)s") % {"found": _FOUND[refused.found], "advice": said}


def document_kind(kind: str) -> str:
    """What a document is, in words."""
    return str(KINDS.get(kind, kind))


def document_type(content_type: str) -> str:
    """The form of a document, in words."""
    return str(_TYPES.get(content_type, content_type))


def kinds_for(*, minor: bool | None) -> list[tuple[str, str]]:
    """The kinds that a person chooses from; a minor is offered the school's letter first.

    Who is of age is not offered it: a university or an employer is an institution.
    """
    kinds = [kind for kind in KINDS if minor is not False or kind != DocumentKind.SCHOOL_LETTER]
    return [(str(kind), document_kind(kind)) for kind in kinds]


def basis_name(basis: str) -> str:
    """By what a country is somebody's, in words."""
    return str(BASES.get(basis, basis))


def evidence_kind(kind: str) -> str:
    """How a country is known, in words."""
    return str(EVIDENCE_KINDS.get(kind, kind))


# What operators read in the admin instead of the codes that are stored.
_POLICY_STATES: Mapping[str, object] = {
    "draft": gettext_lazy("draft"),
    "active": gettext_lazy("decides now"),
    "retired": gettext_lazy("retired"),
}
_GRANT_STATES: Mapping[str, object] = {
    "reserved": gettext_lazy("held"),
    "committed": gettext_lazy("used"),
    "released": gettext_lazy("given back before it was used"),
    "expired": gettext_lazy("expired"),
    "returned": gettext_lazy("given back after it was used"),
}
_MOVEMENTS: Mapping[str, object] = {
    "revenue": gettext_lazy("share of fees"),
    "donation": gettext_lazy("donation"),
    "manual": gettext_lazy("manual credit"),
    "correction": gettext_lazy("correction downwards"),
    "clawback": gettext_lazy("taken back after a refund"),
    "reserved": gettext_lazy("held for a seat"),
    "committed": gettext_lazy("paid for a seat"),
    "released": gettext_lazy("held no more"),
    "expired": gettext_lazy("held no more, as it expired"),
    "returned": gettext_lazy("given back for a seat"),
}
_LOCK_ENDS: Mapping[str, object] = {
    "used": gettext_lazy("used"),
    "expired": gettext_lazy("expired"),
    "country_changed": gettext_lazy("the country was changed"),
    "forgotten": gettext_lazy("the person is forgotten"),
}
_MESSAGES: Mapping[str, object] = {
    "question": gettext_lazy("Question of a reviewer"),
    "answer": gettext_lazy("Answer"),
    "appeal": gettext_lazy("Appeal"),
}


def policy_state(state: str) -> str:
    """The state of a version of a policy, in words."""
    return str(_POLICY_STATES.get(state, state))


def grant_state(state: str) -> str:
    """The state of a grant, in words."""
    return str(_GRANT_STATES.get(state, state))


def movement(kind: str) -> str:
    """What kind of movement an entry of a fund is, in words."""
    return str(_MOVEMENTS.get(kind, kind))


def lock_end(reason: str) -> str:
    """How a price that was kept has ended, in words."""
    return str(_LOCK_ENDS.get(reason, reason))


def message_kind(kind: str) -> str:
    """What a message about an application is, in words."""
    return str(_MESSAGES.get(kind, kind))
