"""What can go wrong with partners and agreements.

* PartnershipsError
  + UnknownPartner        no partner has this code
  + UnknownUser           no account of this site has this number
  + AccountNeeded         nobody has an account under whose name one of two people would act
  + UnknownVersion        no agreement, or no version of one, has this name or key
  + TermsConflict         two agreements would share the receipts of one course on the same day
  + ContactRefused        a contact without a readable name or an address, or of no language
  + ReviewRefused         a text is not where it would have to be for this step of its review
  + SecondPersonNeeded    who loaded, sent or asked for something, or acts for whose it is, cannot
                          be the one who approves it
  + NotApproved           nobody signs a text that was not approved
  + NotASignatory         this person does not sign for this partner
  + TextChanged           the text is not the one that was seen, or approved
  + RecordRefused         a fulfilment, a delivery or a value does not fit what was promised
  + EvidenceRefused       an uploaded file is too large, or of a kind that is not taken
  + TooManyRecords        a person, or a partner's people, have recorded as much as a day takes
  + UnknownRecord         there is no such promise, record or file
  + KeyReused             a request was sent again under its key, and says something else
  + DiligenceRefused      an accepted due diligence waits for a second person, or is decided
  + ChangeRefused         a change of a partner's names is decided, or no reason is given
  + ResumeRefused         that an agreement resumes was asked for already, or nobody has asked
  + EndRefused            a version cannot end on this day, or ends already
  + AlreadySigned         this side has signed this version already
  + SignedOutOfOrder      a signature or a record is dated before the one it follows
  + AlreadySuspended      the agreement is suspended already
  + NotSuspended          there is no suspension to lift
  + AlreadyDecided        a second person has decided, or it is withdrawn
    - PictureSettled      about a picture
    - PromotionSettled    about a promotion
  + UnknownPicture        there is no version of a picture with this key
  + PictureTextRefused    a text about a picture is missing, too long or not readable
  + TooManyPictures       the partner has sent as many in a day as are taken
  + PromotionRefused      a text, an address or days of a promotion are not as they have to be
  + UnknownPromotion      there is no promotion with this key
  + TooManyPromotions     the partner has proposed as many in a day as are taken
  + SchemeRefused         a scheme of tiers is decided, or another one begins on its first day
  + AwardRefused          an award does not follow from what was delivered, or is there already
  + UnknownScheme         there is no scheme of tiers with this key
  + UnknownAward          there is no award with this key
  + RecordIsKept          partners, agreements and their records are never deleted

What is wrong with a file that should be a mark comes as ``fairgate_marks.MarkRefused``.
Faults of a TERMS.yaml, an overlap of versions or a change of a signed one among them, come as
``fairgate.documents.DocumentErrors``: each names file, line and field.
"""

from __future__ import annotations

from datetime import datetime

from fairgate.errors import FairgateError


class PartnershipsError(FairgateError):
    """Something about a partner or an agreement is not as it has to be.

    ``sentence`` says what, in English, with names like ``%(day)s`` for what was ``found``: so that
    ``wording_refusals`` can say it in another language. One without names may be said in the
    reader's language already.
    """

    def __init__(self, sentence: str, /, **found: object) -> None:
        self.sentence = sentence
        self.found = {name: _plain(value) for name, value in found.items()}
        super().__init__(sentence % self.found if found else sentence)


def _plain(value: object) -> str:
    """As it stands in a sentence of any language: days and moments as ISO 8601 has them."""
    return f"{value:%Y-%m-%d %H:%M:%S}" if isinstance(value, datetime) else str(value)


class UnknownPartner(PartnershipsError, LookupError):
    """No partner has this code."""


class UnknownUser(PartnershipsError, LookupError):
    """No account of this site has this number. The sentence is in the language that is active."""

    field = "user_id"


class AccountNeeded(PartnershipsError):
    """Something that takes two people was to be done under a name that is no active account's."""


class UnknownVersion(PartnershipsError, LookupError):
    """No agreement or version has this code, number or key."""


class TermsConflict(PartnershipsError):
    """Two agreements would share the receipts of one course on the same day."""


class ContactRefused(PartnershipsError):
    """A contact has no readable name, no e-mail address, or a language that the site has not."""

    def __init__(self, sentence: str, /, *, field: str = "", **found: object) -> None:
        self.field = field
        super().__init__(sentence, **found)


class ReviewRefused(PartnershipsError):
    """A text is not where it would have to be: submitted, waiting, or not signed yet."""


class SecondPersonNeeded(PartnershipsError):
    """Who loaded, sent or asked for something, or acts for whose it is, cannot approve it."""


class NotApproved(PartnershipsError):
    """Nobody signs a text that a second person has not approved."""


class NotASignatory(PartnershipsError):
    """This person does not sign for this partner."""


class TextChanged(PartnershipsError):
    """The text kept here is not the one that was seen, or approved."""


class RecordRefused(PartnershipsError):
    """A fulfilment, a delivery or a reported value does not fit what was promised or is there."""


class EvidenceRefused(PartnershipsError):
    """An uploaded file is too large, or of a kind that is not taken."""


class TooManyRecords(PartnershipsError):
    """One day takes no more of this. ``fault`` says of what: a name of ``DayLimit``.

    ``wait`` is in how many seconds there is another day. The sentence is in the language that is
    active.
    """

    def __init__(self, fault: str, said: str, *, wait: int) -> None:
        self.fault, self.wait = fault, wait
        super().__init__(said)


class UnknownRecord(PartnershipsError, LookupError):
    """There is no promise with this code, or no record or file with this key."""


class KeyReused(PartnershipsError):
    """A request came again under a key that stands for another one."""


class DiligenceRefused(PartnershipsError):
    """An accepted due diligence waits for a second person already, or does not wait any more."""


class ChangeRefused(PartnershipsError):
    """A change of a partner's names does not wait any more, or nobody says why it is refused."""


class ResumeRefused(PartnershipsError):
    """That an agreement resumes was asked for already, or nobody has asked, or gave no reason."""


class EndRefused(PartnershipsError):
    """A version cannot end on this day, or its end was asked for or decided already."""


class AlreadySigned(PartnershipsError):
    """This side has signed this version already."""


class SignedOutOfOrder(PartnershipsError):
    """The moment given lies before a record that came first."""


class AlreadySuspended(PartnershipsError):
    """The agreement is suspended already."""


class NotSuspended(PartnershipsError):
    """The agreement is not suspended, so there is nothing to resume."""


class RecordIsKept(PartnershipsError):
    """A partner, an agreement or one of their records was about to be deleted."""


class UnknownPicture(PartnershipsError, LookupError):
    """No version of a picture has this key."""


class PictureTextRefused(PartnershipsError, ValueError):
    """A text about a picture is missing, too long, in an unknown language or not readable."""


class AlreadyDecided(PartnershipsError):
    """What a second person decides about is decided or withdrawn already."""


class PictureSettled(AlreadyDecided):
    """The version of a picture is decided or withdrawn already."""


class TooManyPictures(PartnershipsError):
    """A partner has sent as many pictures in a day as are taken. ``limit`` is how many."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__("Only %(limit)s pictures of one partner are taken in a day.", limit=limit)


class PromotionRefused(PartnershipsError, ValueError):
    """A promotion is not as it has to be. ``fault`` says which part: a name of ``PromotionFault``.

    The sentence is in the language that is active.
    """

    def __init__(self, fault: str, said: str) -> None:
        self.fault = fault
        super().__init__(said)


class UnknownPromotion(PartnershipsError, LookupError):
    """No promotion has this key."""


class PromotionSettled(AlreadyDecided):
    """The promotion is decided or withdrawn already."""


class TooManyPromotions(PartnershipsError):
    """A partner has proposed as many promotions in a day as are taken. ``limit`` is how many."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(
            "Only %(limit)s promotions of one partner are taken in a day.", limit=limit
        )


class SchemeRefused(PartnershipsError):
    """A scheme of tiers is decided already, or another one begins on its first day."""


class AwardRefused(PartnershipsError):
    """An award does not follow from what was delivered, is decided, or is there already."""


class UnknownScheme(PartnershipsError, LookupError):
    """No scheme of tiers, or no tier, has this key."""


class UnknownAward(PartnershipsError, LookupError):
    """No award has this key."""
