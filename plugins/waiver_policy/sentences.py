"""A decision in words: for the learner, in their language, made from the reason codes.

Neutral by rule: a country is called as the platform calls it, and no status is explained beyond
the list, its dates and its edition.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, timedelta

from django.utils.formats import date_format
from django.utils.translation import (
    get_language_bidi,
    gettext_lazy,
    ngettext,
    pgettext,
    pgettext_lazy,
)
from django.utils.translation import gettext as _

from fairgate.languages import isolated, unbroken
from fairgate.money import Money
from fairgate.percent import Percent
from waiver_policy import conf
from waiver_policy.data import (
    ApplicationState,
    ApplicationSummary,
    Award,
    Decision,
    EditionSummary,
    EvidenceKind,
    Membership,
    MembershipStatus,
    NominationState,
    Outcome,
    ProposalSummary,
    ReasonCode,
    RefusalCode,
    WaitingSummary,
)
from waiver_policy.exceptions import CallFault, NominationFault, ReviewFault

LIST_NAMES = {
    "LDC": gettext_lazy("least developed countries (LDC)"),
    "SIDS": gettext_lazy("small island developing States (SIDS, as UN-OHRLLS lists them)"),
    "SIDS_M49": gettext_lazy("small island developing States (SIDS, UN M49)"),
    "LLDC": gettext_lazy("landlocked developing countries (LLDC)"),
}

_STATUSES: Mapping[str, object] = {
    MembershipStatus.CURRENT: pgettext_lazy("country on a list", "current"),
    MembershipStatus.SCHEDULED: pgettext_lazy("country on a list", "scheduled to leave"),
    MembershipStatus.CONTESTED: pgettext_lazy("country on a list", "contested"),
    MembershipStatus.DEFERRED: pgettext_lazy("country on a list", "leaving is deferred"),
    MembershipStatus.LEFT: pgettext_lazy("country on a list", "left"),
}

_MEMBER_KINDS: Mapping[str, object] = {
    "un_member": gettext_lazy("Member State of the United Nations"),
    "state_non_un_member": gettext_lazy("State that is not a Member of the United Nations"),
    "associate": gettext_lazy("associate member of a regional commission"),
    "m49_only": gettext_lazy("in the UN M49 only"),
}

_PRECISIONS: Mapping[str, object] = {
    "day": gettext_lazy("known to the day"),
    "month": gettext_lazy("known to the month"),
    "year": gettext_lazy("known to the year"),
    "not_later_than": gettext_lazy("not later than this day"),
}

_BY_CODE: Mapping[str, object] = {
    ReasonCode.LIST_MEMBER: gettext_lazy(
        "On %(date)s, the day that counts, %(country)s is on the United Nations list of %(list)s "
        "(list edition %(edition)s)."
    ),
    ReasonCode.IN_GRACE: gettext_lazy(
        "%(country)s left the United Nations list of %(list)s on %(until)s. The policy keeps the "
        "waiver for a time after that, up to but not including %(grace_until)s; the day that "
        "counts is %(date)s (list edition %(edition)s)."
    ),
    ReasonCode.NOT_LISTED: gettext_lazy(
        "On %(date)s, the day that counts, %(country)s is on none of the lists that the policy "
        "asks: %(lists)s."
    ),
    ReasonCode.RULE_MATCHED: gettext_lazy("The rule “%(rule)s” of the policy applies to you."),
    ReasonCode.EXCLUDED_BY_POLICY: gettext_lazy(
        "The policy excludes this kind of applicant from the waiver."
    ),
    ReasonCode.PAYER_CLASS_EXCLUDED: gettext_lazy(
        "The waiver is not for the kind of organisation that pays."
    ),
    ReasonCode.EVIDENCE_TOO_WEAK: gettext_lazy("We need to know more first: %(facts)s."),
    ReasonCode.FACTS_MISSING: gettext_lazy(
        "Whether a waiver applies depends on what we do not know yet: %(facts)s."
    ),
    ReasonCode.AFFILIATION_RULE: gettext_lazy("The rule on affiliations is not met."),
    ReasonCode.QUOTA_COUNTRY: gettext_lazy(
        "All waived seats for %(country)s in this offering are taken at the moment."
    ),
    ReasonCode.QUOTA_PERSON: gettext_lazy(
        "You hold as many waivers as one person can have in this period."
    ),
    ReasonCode.QUOTA_FUND: gettext_lazy("The money set aside for waivers this year is used."),
    ReasonCode.FUND_EMPTY_WAITLISTED: gettext_lazy(
        "You are eligible, and the waiver fund has no money for another seat at the moment. Your "
        "request is on the waiting list."
    ),
    ReasonCode.WAITING_LIST_OFFER: gettext_lazy(
        "It was your turn on the waiting list: a waiver of %(percent)s per cent is held for you."
    ),
    ReasonCode.OFFERING_NOT_COVERED: gettext_lazy(
        "The waiver policy does not cover this offering."
    ),
    ReasonCode.ALREADY_GRANTED: gettext_lazy("You hold a waiver for this offering already."),
    ReasonCode.LIST_STATUS_PROVISIONAL: gettext_lazy(
        "The date on which %(country)s leaves the list of %(list)s, %(until)s, may still change: "
        "another date has been requested. The date in force counts until that is decided."
    ),
    ReasonCode.LIST_NOT_LOADED: gettext_lazy(
        "A country list that the policy needs was not available for this day (%(list)s)."
    ),
    ReasonCode.MANUAL_OVERRIDE: gettext_lazy(
        "A reviewer has granted you a waiver of %(percent)s per cent for this offering."
    ),
    ReasonCode.COUNTRY_MISSING: gettext_lazy(
        "Your profile has no country. Choose your country, and we can tell whether a waiver "
        "applies."
    ),
    ReasonCode.COUNTRY_UNKNOWN: gettext_lazy(
        "We do not know the country code “%(code)s” of your profile. Choose your country again."
    ),
    ReasonCode.REVIEW_NEEDED: gettext_lazy("A person looks at this before it is granted."),
    ReasonCode.NO_ACTIVE_POLICY: gettext_lazy("There is no waiver policy in force at the moment."),
    ReasonCode.NAMED_LIST_MEMBER: gettext_lazy(
        "On %(date)s, the day that counts, %(country)s is on the list “%(list)s” that the policy "
        "names (list edition %(edition)s)."
    ),
    ReasonCode.NO_RULE_APPLIES: gettext_lazy("No rule of the policy applies to you."),
    ReasonCode.COUNTRY_OF_BASIS_MISSING: gettext_lazy(
        "We do not know yet which country counts for this policy: %(basis)s."
    ),
    ReasonCode.COUNTRY_RECENT: gettext_lazy(
        "The country in your profile has been this one since %(date)s only. A person looks at it "
        "before a waiver is granted."
    ),
    ReasonCode.IP_DISAGREES: gettext_lazy(
        "You seem to be connected from another country (%(seen)s) than the one that counts "
        "(%(country)s). There are many good reasons for that; a person looks at it before a "
        "waiver is granted."
    ),
    ReasonCode.PRICE_LOCKED: gettext_lazy(
        "Your waiver of %(date)s is kept for you, up to but not including %(until)s (UTC): the "
        "lists and the policy of %(date)s decide."
    ),
    ReasonCode.COUNTRY_CHANGED: gettext_lazy(
        "The country of your profile is not the one that you had here before. A waiver that was "
        "kept for the other country no longer holds, and for 90 days after a change a person "
        "looks before one is given."
    ),
    ReasonCode.OPTION_HIDDEN: gettext_lazy("The waiver is not offered without further details."),
    ReasonCode.OTHER_CURRENCY: gettext_lazy(
        "The policy sets a price in %(currency)s, and this fee is in %(other)s. A person decides "
        "what you pay."
    ),
    ReasonCode.TWO_PEOPLE: gettext_lazy(
        "More would be waived than one person decides about alone: a second person looks at it."
    ),
    ReasonCode.TABLE_LACKS: gettext_lazy(
        "The table “%(list)s” of the policy has no price for you. A person decides what you pay."
    ),
    ReasonCode.QUOTA_INSTITUTION: gettext_lazy(
        "All waived seats for your institution in this period are taken at the moment."
    ),
    ReasonCode.FACTS_TO_CONFIRM: gettext_lazy(
        "By what is known so far, a waiver could be given. A person confirms this first: %(facts)s."
    ),
    ReasonCode.QUOTA_COURSE_RUN: gettext_lazy(
        "All waived seats in this course are taken at the moment."
    ),
}

# Whose country a policy asks for, as it stands in the middle of a sentence to the learner.
BASIS_NAMES: Mapping[str, object] = {
    "affiliation": gettext_lazy("the country of the institution you belong to"),
    "billing_address": gettext_lazy("the country of the billing address"),
    "corresponding_author": gettext_lazy("the country of the corresponding author"),
    "funder": gettext_lazy("the country that pays for at least half of the work"),
    "hq": gettext_lazy("the country in which your organisation has its headquarters"),
    "income_country": gettext_lazy("the country in which you have your income"),
    "location": gettext_lazy("the country in which your institution is"),
    "nationality": gettext_lazy("your nationality"),
    "nominating_state": gettext_lazy("the State that nominates you"),
    "origin": gettext_lazy("the country of origin"),
    "profile": gettext_lazy("the country in your profile"),
    "residence": gettext_lazy("the country in which you live"),
    "residence_of_corresponding_author": gettext_lazy(
        "the country in which the corresponding author lives"
    ),
    "residence_verified_else_profile": gettext_lazy("the country in which you live"),
}

# What facts are called in the middle of a sentence, where a policy has no words for them.
FACT_NAMES: Mapping[str, object] = {
    "acceptance": gettext_lazy("day of the acceptance"),
    "age": gettext_lazy("age in years"),
    "authors": gettext_lazy("countries of all authors"),
    "enrolment": gettext_lazy("day of the enrolment"),
    "fee_paid_by_another_programme": gettext_lazy("another programme pays this fee"),
    "grace_extended_until": gettext_lazy("end of the extended time of grace"),
    "grace_requested": gettext_lazy(
        "time of grace after the country has left the list, on request"
    ),
    "household_income": gettext_lazy("income of the household"),
    "income": gettext_lazy("income"),
    "international_civil_servant": gettext_lazy("international civil servant"),
    "invoice": gettext_lazy("day of the invoice"),
    "member": pgettext_lazy("what a person is", "member"),
    "refugee_or_displaced": gettext_lazy("refugee or displaced person"),
    "retired": pgettext_lazy("what a person is", "retired"),
    "student": gettext_lazy("student"),
    "unemployed": gettext_lazy("without employment"),
}

# Who has to say it, by strength, after whose country it is; no word agrees with another.
_STRENGTHS: Mapping[str, object] = {
    EvidenceKind.DECLARED: gettext_lazy("%(basis)s (your own statement)"),
    EvidenceKind.INSTITUTION: gettext_lazy("%(basis)s (confirmation by an institution)"),
    EvidenceKind.DOCUMENT: gettext_lazy("%(basis)s (a document that shows it)"),
    EvidenceKind.NOMINATION: gettext_lazy(
        "%(basis)s (confirmation by the administration of the State)"
    ),
}


def explain(decision: Decision) -> tuple[str, ...]:
    """The sentences of a decision: result, reasons, and rule.

    Nothing where the policy wants a waiver not to be offered at all.
    """
    if _is_hidden(decision):
        return ()
    lines = [_result(decision)]
    lines += [_reason(reason.code, reason.params) for reason in decision.reasons]
    if decision.policy:
        lines += [_whose_country(decision), _rule(decision)]
    return tuple(line for line in lines if line)


def advise(decision: Decision) -> tuple[str, ...]:
    """What a person can do about a decision, unless an application of theirs waits already."""
    if decision.outcome is Outcome.GRANTED or _leads_nowhere(decision):
        return ()
    if decision.outcome is Outcome.REVIEW:
        return (_("Apply, and you are told the result."), _appeal())
    return (_appeal(),)


def _is_hidden(decision: Decision) -> bool:
    return any(reason.code == ReasonCode.OPTION_HIDDEN for reason in decision.reasons)


def _leads_nowhere(decision: Decision) -> bool:
    """Nobody need apply: the policy hides it, or is not about this fee."""
    nowhere = (ReasonCode.OPTION_HIDDEN, ReasonCode.OFFERING_NOT_COVERED)
    return any(reason.code in nowhere for reason in decision.reasons)


def list_name(code: str) -> str:
    """The name of a list in words; a pinned version stands behind it."""
    name, at, version = code.partition("@")
    return f"{LIST_NAMES.get(name, name)}{f' ({version})' if at else ''}"


def _granted(decision: Decision) -> str:
    """What is waived: a share of the fee, or all above a price."""
    steps = decision.reduction.steps
    if len(steps) == 1 and isinstance(steps[0], Money):
        return _("You pay %(price)s of the fee; the rest is waived for you.") % {
            "price": _foreign(str(steps[0]))
        }
    if decision.reduction.currencies and decision.percent == Percent(0):
        return _("A part of the fee is waived for you.")
    return _("%(percent)s of the fee is waived for you.") % {"percent": decision.percent}


def award_in_words(award: Award | None) -> str:
    """What a person grants, as a cell of a table holds it; "" for nothing."""
    if isinstance(award, Money):
        return _("a price of %(price)s") % {"price": _foreign(str(award))}
    return str(award) if award is not None else ""


def membership_status(status: str) -> str:
    """The status of a country on a list in words."""
    return str(_STATUSES.get(status, status))


def membership_kind(kind: str) -> str:
    """What kind of member a country is, in words."""
    return str(_MEMBER_KINDS.get(kind, kind))


def precision_name(precision: str) -> str:
    """How exactly a day is known, in words."""
    return str(_PRECISIONS.get(precision, precision))


def membership_precision(row: Membership) -> str:
    """How exactly the first day of a row is known, and the end if there is one."""
    until = [row.until_precision] if row.until_date else []
    return in_a_row(precision_name(one) for one in (row.from_precision, *until))


def membership_asked(row: Membership) -> str:
    """The end that somebody has asked for; "" for none."""
    return date_format(row.alt_until_date, "DATE_FORMAT") if row.alt_until_date else ""


def membership_country(row: Membership) -> str:
    """The name of the country of a row, or of a State that is no more; else the key of a table."""
    return row.former_name or conf.country_name(row.country)


def membership_time(row: Membership) -> str:
    """From when to when a row holds, as exactly as it is known."""
    parts = {
        "start": _date(row.from_date, row.from_precision),
        "until": _date(row.until_date, row.until_precision) if row.until_date else "",
    }
    if row.from_precision == "not_later_than":
        return _("until %(until)s") % parts if parts["until"] else _("always")
    if parts["until"]:
        return _("from %(start)s until %(until)s") % parts
    return _("from %(start)s on") % parts


def _date(day: date, precision: str) -> str:
    formats = {"year": "Y", "month": "YEAR_MONTH_FORMAT"}
    return date_format(day, formats.get(precision, "DATE_FORMAT"))


def contested_sentence(row: Membership) -> str:
    """What an operator has to know about a contested row."""
    said = {
        "country": membership_country(row),
        "list": list_name(row.list_code),
        "until": date_format(row.until_date, "DATE_FORMAT") if row.until_date else "",
        "asked": date_format(row.alt_until_date, "DATE_FORMAT") if row.alt_until_date else "",
    }
    if said["until"] and said["asked"]:
        return _("%(country)s leaves the list of %(list)s on %(until)s. Another date has been "
                 "asked for, %(asked)s, and nobody has confirmed the one in force, which decides "
                 "until then.") % said  # fmt: skip
    return _("The time of %(country)s on the list of %(list)s is contested, and nobody has "
             "confirmed the date in force, which decides until then.") % said  # fmt: skip


def old_edition_sentence(edition: EditionSummary, days: int) -> str:
    """What an operator has to know about an edition that nobody has renewed for long."""
    return _("The edition %(edition)s of the list of %(list)s is of %(date)s, older than %(days)s "
             "days. It decides all the same: look for a newer publication.") % {
        "edition": _code(edition.name),
        "list": list_name(edition.list_code),
        "date": date_format(edition.dated, "DATE_FORMAT"),
        "days": days,
    }  # fmt: skip


def waiting_sentence(proposal: ProposalSummary) -> str:
    """What an operator has to know about a proposed edition."""
    codes = in_a_row(sorted(proposal.base))
    return _("A proposed edition waits for a second person: %(lists)s.") % {"lists": codes}


def _result(decision: Decision) -> str:
    said: dict[Outcome, Callable[[], str]] = {
        Outcome.GRANTED: lambda: _granted(decision),
        Outcome.REFUSED: lambda: _("No waiver applies; the full fee is due."),
        Outcome.REVIEW: lambda: _("You may be eligible for a waiver."),
        Outcome.ASK: lambda: _("We cannot tell yet whether a waiver applies."),
        Outcome.WAITLISTED: lambda: _("No waiver can be given at the moment."),
    }
    return said[decision.outcome]()


# What is said of a price where the sentence of the code is about a percentage.
_OF_A_PRICE: Mapping[str, object] = {
    ReasonCode.MANUAL_OVERRIDE: gettext_lazy(
        "A reviewer has granted you a price of %(price)s for this offering."
    ),
}


def _reason(code: str, params: Mapping[str, str]) -> str:
    text = _BY_CODE.get(code)
    if "price" in params:
        text = _OF_A_PRICE.get(code, text)
    return str(text) % _words(params) if text is not None else code


class _Blank(dict[str, str]):
    """A parameter that an old decision did not keep is blank; it breaks no page."""

    def __missing__(self, key: str) -> str:
        return ""


def _words(params: Mapping[str, str]) -> Mapping[str, str]:
    words = _Blank(params)
    words["code"] = params.get("country", "")
    for name in ("code", "edition", "rule", "currency", "other"):
        words[name] = _code(words[name])
    for name in ("country", "seen"):
        if name in params:
            words[name] = conf.country_name(params[name])
    words["price"] = _foreign(words["price"])
    words["basis"] = _basis(params)
    words["facts"] = _facts(params)
    for name in ("list", "lists"):
        codes = params.get(name, "").split(", ")
        words[name] = list_separator().join(list_name(code) for code in codes)
    for name in ("date", "until", "grace_until"):
        if params.get(name):
            words[name] = date_format(date.fromisoformat(params[name]), "DATE_FORMAT")
    return words


def _basis(params: Mapping[str, str]) -> str:
    basis = params.get("basis", "")
    return str(BASIS_NAMES.get(basis, basis))


def _facts(params: Mapping[str, str]) -> str:
    """What is asked for: how strong the evidence has to be, papers, and facts by their names."""
    parts = []
    if strength := _STRENGTHS.get(params.get("strength", "")):
        parts.append(str(strength) % {"basis": _basis(params)})
    parts += [_spoken(one) for one in params.get("documents", "").split(", ") if one]
    parts += [_fact(one) for one in params.get("facts", "").split(", ") if one]
    return list_separator().join(parts)


def _fact(name: str) -> str:
    return str(FACT_NAMES[name]) if name in FACT_NAMES else _spoken(name)


def _spoken(name: str) -> str:
    """A name of a document or a fact as the policy writes it, with blanks between its words."""
    words = name.replace("_", " ")
    return _foreign(words) if words.isascii() else words


def _code(text: str) -> str:
    """A code of Latin letters in a sentence, which may run the other way."""
    return unbroken(text) if text and get_language_bidi() else text


def _foreign(text: str) -> str:
    return isolated(text) if get_language_bidi() else text


def in_a_row(names: Iterable[object]) -> str:
    """Names and codes in a row; each is ordered by itself, and the row as the language runs."""
    return pgettext("between items of a list", ", ").join(_foreign(str(name)) for name in names)


def list_separator() -> str:
    """What stands between the parts of a list whose parts may have commas."""
    return pgettext("between items that may have commas", "; ")


def _whose_country(decision: Decision) -> str:
    """One basis per policy, and the learner reads which; the profile they know themselves."""
    basis = decision.inputs.get("basis", "")
    if basis not in BASIS_NAMES or basis == "profile":
        return ""
    return _("The country that counts for this policy: %(basis)s.") % {"basis": BASIS_NAMES[basis]}


def _rule(decision: Decision) -> str:
    said = {
        "policy": _code(decision.policy),
        "version": decision.policy_version,
        "rule": _code(decision.rule or ""),
        "date": date_format(decision.decided_on, "DATE_FORMAT"),
    }
    if decision.rule:
        return _("Decided by the rule “%(rule)s” of the policy “%(policy)s”, version %(version)s, "
                 "for %(date)s (UTC).") % said  # fmt: skip
    return _("Decided by the policy “%(policy)s”, version %(version)s, for %(date)s (UTC).") % said


def _appeal() -> str:
    contact = conf.appeal_contact()
    if contact:
        return _("If you think this is wrong, apply and say why: a person will look. You can also "
                 "write to %(contact)s.") % {"contact": _foreign(contact)}  # fmt: skip
    return _("If you think this is wrong, apply and say why: a person will look.")


_STATES: Mapping[str, object] = {
    "submitted": gettext_lazy("waits for a reviewer"),
    "more_information": gettext_lazy("more information is asked"),
    "proposed": gettext_lazy("waits for a second reviewer"),
    "appealed": gettext_lazy("appeal waits for another reviewer"),
    "approved": gettext_lazy("approved"),
    "waitlisted": gettext_lazy("on the waiting list"),
    "refused": gettext_lazy("refused"),
    "withdrawn": gettext_lazy("withdrawn"),
    "expired": gettext_lazy("expired"),
}


def state_name(state: str) -> str:
    """The state of an application in words."""
    return str(_STATES.get(state, state))


_OUTCOMES: Mapping[str, object] = {
    Outcome.GRANTED: gettext_lazy("granted"),
    Outcome.REFUSED: gettext_lazy("refused"),
    Outcome.REVIEW: gettext_lazy("a person looks first"),
    Outcome.ASK: gettext_lazy("something is missing"),
    Outcome.WAITLISTED: gettext_lazy("on the waiting list"),
}


def outcome_name(outcome: str) -> str:
    """What a decision comes to, in words."""
    return str(_OUTCOMES.get(outcome, outcome))


_LOOKED_AT = gettext_lazy("Your application of %(date)s for a waiver is being looked at.")
_NEWS: Mapping[str, object] = {
    ApplicationState.SUBMITTED: _LOOKED_AT,
    ApplicationState.PROPOSED: _LOOKED_AT,
    ApplicationState.APPEALED: gettext_lazy(
        "Another person looks at your application of %(date)s for a waiver again."
    ),
    ApplicationState.MORE_INFORMATION: gettext_lazy(
        "About your application of %(date)s for a waiver we asked you for more."
    ),
    ApplicationState.APPROVED: gettext_lazy("Your application of %(date)s was approved."),
    ApplicationState.WAITLISTED: gettext_lazy(
        "Your application of %(date)s for a waiver is on the waiting list."
    ),
    ApplicationState.REFUSED: gettext_lazy(
        "Your application of %(date)s for a waiver was refused."
    ),
    ApplicationState.EXPIRED: gettext_lazy(
        "Your application of %(date)s for a waiver has expired."
    ),
}


def application_news(application: ApplicationSummary, *, on: date) -> str:
    """Where an application stands on a UTC day, in a sentence; "" if there is nothing to say.

    A withdrawn one is no news: the person knows.
    """
    if has_ended(application, on=on):
        text: object = gettext_lazy(
            "The waiver that you were granted on your application of %(date)s ended on %(until)s."
        )
    elif application.state in _NEWS:
        text = _NEWS[application.state]
    else:
        return ""
    return str(text) % {
        "date": date_format(application.submitted_at.astimezone(UTC), "DATE_FORMAT"),
        "until": date_format(application.valid_until, "DATE_FORMAT")
        if application.valid_until
        else "",
    }


def application_way(application: ApplicationSummary, *, on: date) -> str:
    """The name of the link that leads on from there."""
    if application.state == ApplicationState.MORE_INFORMATION:
        return _("Answer the reviewer")
    if application.state == ApplicationState.REFUSED:
        return _("Why, and what you can do")
    if application.state == ApplicationState.EXPIRED or has_ended(application, on=on):
        return _("Apply again")
    return _("See your application")


def waiting(place: WaitingSummary) -> str:
    """A place on the waiting list in a sentence."""
    said = {
        "date": date_format(place.since.astimezone(UTC), "DATE_FORMAT"),
        "until": date_format(place.offered_until - timedelta(days=1), "DATE_FORMAT")
        if place.offered_until
        else "",
        "count": place.position - 1,
    }
    if place.offered_until is not None:
        return (
            _(
                "It is your turn on the waiting list: the waiver is held for you up to and "
                "including %(until)s (UTC)."
            )
            % said
        )
    if place.position == 1:
        return (
            _(
                "You have been on the waiting list since %(date)s. You are the next: the waiver is "
                "held for you as soon as it can be given."
            )
            % said
        )
    return (
        ngettext(
            "You have been on the waiting list since %(date)s. %(count)s person is before you.",
            "You have been on the waiting list since %(date)s. %(count)s people are before you.",
            place.position - 1,
        )
        % said
    )


def waiting_way() -> str:
    """The name of the link to where a place on the waiting list is explained and given up."""
    return _("About your place on the waiting list")


def has_ended(application: ApplicationSummary, *, on: date) -> bool:
    """Whether what was approved no longer counts on a UTC day."""
    is_approved = application.state in (ApplicationState.APPROVED, ApplicationState.EXPIRED)
    until = application.valid_until
    return is_approved and until is not None and until <= on


def is_in_time_to_appeal(application: ApplicationSummary, *, on: date) -> bool:
    """Whether the refusal of an application can be appealed on a UTC day."""
    until = application.appeal_until
    return application.may_appeal and until is not None and on < until


_BY_STATE: Mapping[str, object] = {
    ApplicationState.SUBMITTED: gettext_lazy(
        "A reviewer decides on or before %(decide)s. You need not do anything."
    ),
    ApplicationState.PROPOSED: gettext_lazy(
        "An amount like this is looked at by two people, on or before %(decide)s. You need not do "
        "anything."
    ),
    ApplicationState.APPEALED: gettext_lazy(
        "Somebody who has not decided before decides about your appeal, on or before %(decide)s. "
        "That decision is final."
    ),
    ApplicationState.MORE_INFORMATION: gettext_lazy(
        "Please answer on or before %(answer)s (UTC). Without an answer the application ends after "
        "that day; you can also withdraw it."
    ),
    ApplicationState.WAITLISTED: gettext_lazy(
        "You are told when it is your turn. You need not do anything."
    ),
    ApplicationState.EXPIRED: gettext_lazy("You can apply again."),
}


def next_steps(application: ApplicationSummary, *, on: date) -> tuple[str, ...]:
    """What comes next and by when, in sentences for the learner."""
    last = _last_days(application)
    if application.state == ApplicationState.REFUSED:
        return _after_a_refusal(application, last, on=on)
    if application.state in _BY_STATE:
        return (str(_BY_STATE[application.state]) % last,)
    if application.state == ApplicationState.APPROVED and last["valid"]:
        if has_ended(application, on=on):
            return (_("The last day to use the waiver was %(valid)s (UTC).") % last,)
        return (_("You can use the waiver on or before %(valid)s (UTC).") % last,)
    return ()


def _after_a_refusal(
    application: ApplicationSummary, last: Mapping[str, str], *, on: date
) -> tuple[str, ...]:
    again = _("You can also apply again when something has changed.")
    if is_in_time_to_appeal(application, on=on):
        said = _("If you think this is wrong, you can appeal on or before %(appeal)s (UTC), once: "
                 "another person decides then.")  # fmt: skip
        return said % last, again
    if application.appealed_at is not None:
        return _("This was decided after your appeal, and it is final."), again
    return _("The time in which this could be appealed is over."), again


def _last_days(application: ApplicationSummary) -> dict[str, str]:
    """The last days of each term in words; blank where there is none."""
    first_too_late = {
        "answer": application.answer_until,
        "appeal": application.appeal_until,
        "valid": application.valid_until,
    }
    days = {name: day - timedelta(days=1) if day else None for name, day in first_too_late.items()}
    days["decide"] = application.decide_by
    return {name: date_format(day, "DATE_FORMAT") if day else "" for name, day in days.items()}


REFUSALS: Mapping[str, object] = {
    RefusalCode.NOT_COVERED: gettext_lazy("The policy does not provide a waiver for this case."),
    RefusalCode.NOT_PROVEN: gettext_lazy("What would give a right to a waiver was not shown."),
    RefusalCode.UNREADABLE: gettext_lazy("What was handed in could not be read or checked."),
    RefusalCode.NO_ANSWER: gettext_lazy("The question was not answered."),
    RefusalCode.OTHER_FUNDING: gettext_lazy("The fee is paid by somebody else already."),
    RefusalCode.NOT_THE_PERSON: gettext_lazy("What was handed in is about another person."),
    RefusalCode.TOO_LATE: gettext_lazy("The application came too late for this offering."),
    RefusalCode.OTHER: gettext_lazy("Another reason, in the reviewer’s words."),
}


def refusal_in_words(application: ApplicationSummary) -> str:
    """The reviewer's words that count now; a refusal begins with its reason of the fixed list."""
    code = application.refusal_code
    if not code or code == RefusalCode.OTHER:
        return application.reason
    return "\n".join(filter(None, [str(REFUSALS[code]), application.reason]))


_REVIEW_FAULTS: Mapping[str, object] = {
    ReviewFault.OWN: gettext_lazy("Nobody decides about their own application."),
    ReviewFault.NO_REASON: gettext_lazy("A reason is needed; the learner reads it."),
    ReviewFault.UNKNOWN_CODE: gettext_lazy("Please choose a reason of the list."),
    ReviewFault.NO_PERCENT: gettext_lazy(
        "Say which percentage of the fee is waived, or which price is left to pay."
    ),
    ReviewFault.OTHER_PERCENT: gettext_lazy(
        "Confirm what was proposed, or send the application back."
    ),
    ReviewFault.PRICE_OF_NO_USE: gettext_lazy(
        "This offering has no price in this currency that is higher."
    ),
    ReviewFault.SECOND_PERSON: gettext_lazy(
        "You have proposed this yourself; a second person has to confirm it."
    ),
    ReviewFault.SAME_ORGANISATION: gettext_lazy(
        "The applicant belongs to your own organisation: somebody else has to decide."
    ),
    ReviewFault.DECLARED_CONFLICT: gettext_lazy(
        "You have declared a conflict of interest: somebody else has to decide."
    ),
    ReviewFault.DECIDED_BEFORE: gettext_lazy(
        "You have decided about this application before: somebody else decides about the appeal."
    ),
    ReviewFault.TAKEN: gettext_lazy("Another reviewer reads this application at the moment."),
    ReviewFault.RANKED_LATER: gettext_lazy(
        "The same State has ranked somebody higher, who has to be decided first."
    ),
    ReviewFault.NO_TICKET: gettext_lazy(
        "At least one of the State’s partial nominations has to be for an air ticket."
    ),
    ReviewFault.SAME_ADMINISTRATION: gettext_lazy(
        "Your own administration has nominated this person: somebody else has to decide."
    ),
}


def review_fault(fault: str) -> str:
    """Why a review was not taken, for the reviewer."""
    return str(_REVIEW_FAULTS[fault])


_NOMINATION_FAULTS: Mapping[str, object] = {
    NominationFault.NO_FOCAL_POINT: gettext_lazy(
        "Only a focal point of an administration can nominate."
    ),
    NominationFault.NOT_OPEN: gettext_lazy("Nominations for this offering are not open yet."),
    NominationFault.TOO_LATE: gettext_lazy(
        "The deadline for nominations is over; nothing was changed."
    ),
    NominationFault.STATE_NOT_ELIGIBLE: gettext_lazy(
        "Your State is not on the list of those that can nominate for this offering."
    ),
    NominationFault.UNKNOWN_PERSON: gettext_lazy(
        "There is no account with this user name or e-mail address. Ask the person to register."
    ),
    NominationFault.OWN: gettext_lazy("You cannot nominate yourself."),
    NominationFault.ALREADY_NOMINATED: gettext_lazy(
        "This person is nominated for this offering already."
    ),
    NominationFault.RANK_TAKEN: gettext_lazy("You have given this rank to somebody else."),
    NominationFault.RANK_MISSING: gettext_lazy("Please give a rank from 1 to 99."),
    NominationFault.UNKNOWN_KIND: gettext_lazy("Please choose a full or a partial nomination."),
    NominationFault.NO_ITEM: gettext_lazy("Please say what the partial nomination is for."),
    NominationFault.STATE_FULL: gettext_lazy("Your State has used its nominations for this event."),
    NominationFault.PERSON_FULL: gettext_lazy(
        "This person has been nominated as often as one financial year allows."
    ),
    NominationFault.TICKET_NEEDED: gettext_lazy(
        "At least one of your State’s partial nominations has to be for an air ticket."
    ),
}


def nomination_fault(fault: str) -> str:
    """Why a nomination was not taken, for the focal point or the nominee."""
    return str(_NOMINATION_FAULTS[fault])


_CALL_FAULTS: Mapping[str, object] = {
    CallFault.OTHER_YEAR: gettext_lazy(
        "Nominations count for this call. The day of the event stays in its financial year."
    ),
    CallFault.OTHER_COUNT: gettext_lazy(
        "Nominations count for this call. A policy that limits persons is not exchanged for one "
        "that does not, or the other way round."
    ),
}


def call_fault(fault: str) -> str:
    """Why a call does not get other terms, for the operator."""
    return str(_CALL_FAULTS[fault])


_NOMINATION_STATES: Mapping[str, object] = {
    NominationState.NOMINATED: gettext_lazy("waits for the person’s answer"),
    NominationState.ACCEPTED: gettext_lazy("accepted; waits for a reviewer"),
    NominationState.DECLINED: gettext_lazy("declined"),
    NominationState.WITHDRAWN: gettext_lazy("withdrawn"),
    NominationState.REPLACED: gettext_lazy("replaced"),
    NominationState.APPROVED: gettext_lazy("approved"),
    NominationState.REFUSED: gettext_lazy("refused"),
}
KINDS: Mapping[str, object] = {
    "full": gettext_lazy("full"),
    "partial": gettext_lazy("partial"),
}
ITEMS: Mapping[str, object] = {
    "air_ticket": gettext_lazy("air ticket"),
    "daily_allowance": gettext_lazy("daily allowance"),
}


def nomination_state(state: str) -> str:
    """The state of a nomination in words."""
    return str(_NOMINATION_STATES.get(state, state))


def nomination_kind(kind: str, item: str) -> str:
    """What a nomination is for: full, or partial and what for."""
    if not item:
        return str(KINDS.get(kind, kind))
    said = {"kind": KINDS.get(kind, kind), "item": ITEMS.get(item, item)}
    return _("%(kind)s: %(item)s") % said


_STEPS: Mapping[str, object] = {
    "submit": gettext_lazy("applied"),
    "ask": gettext_lazy("asked for more"),
    "answer": gettext_lazy("answered"),
    "propose": gettext_lazy("proposed to approve"),
    "confirm": gettext_lazy("confirmed by a second person"),
    "send_back": gettext_lazy("sent back by a second person"),
    "approve": gettext_lazy("approved"),
    "refuse": gettext_lazy("refused"),
    "waitlist": gettext_lazy("put on the waiting list"),
    "resume": gettext_lazy("back from the waiting list"),
    "withdraw": gettext_lazy("withdrawn"),
    "appeal": gettext_lazy("appealed"),
    "expire": gettext_lazy("expired"),
    "lapse": gettext_lazy("lapsed unused"),
}


def step_name(action: str) -> str:
    """A step in the life of an application in words."""
    return str(_STEPS.get(action, action))
