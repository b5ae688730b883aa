"""With which HTTP status each fault is told, in one table.

400: what was sent is wrong. 403: not by this person. 404: not there, or not theirs. 409: not now,
or against what is there. 429: too often. 503: an operator has to act first.
"""

from __future__ import annotations

from fairgate_marks import MarkRefused
from fairgate_papers import PapersError
from fairgate_rest.problems import Statuses, Words
from partnerships import exceptions, wording_marks
from partnerships.wording_refusals import in_words

STATUSES: Statuses = {
    exceptions.PartnershipsError: 400,
    exceptions.ContactRefused: 400,
    exceptions.EvidenceRefused: 400,
    exceptions.PictureTextRefused: 400,
    exceptions.PromotionRefused: 400,
    exceptions.AccountNeeded: 403,
    exceptions.NotASignatory: 403,
    exceptions.SecondPersonNeeded: 403,
    exceptions.UnknownAward: 404,
    exceptions.UnknownPartner: 404,
    exceptions.UnknownPicture: 404,
    exceptions.UnknownPromotion: 404,
    exceptions.UnknownRecord: 404,
    exceptions.UnknownScheme: 404,
    exceptions.UnknownUser: 404,
    exceptions.UnknownVersion: 404,
    exceptions.AlreadyDecided: 409,
    exceptions.AlreadySigned: 409,
    exceptions.AlreadySuspended: 409,
    exceptions.AwardRefused: 409,
    exceptions.ChangeRefused: 409,
    exceptions.DiligenceRefused: 409,
    exceptions.EndRefused: 409,
    exceptions.KeyReused: 409,
    exceptions.NotApproved: 409,
    exceptions.NotSuspended: 409,
    exceptions.PictureSettled: 409,
    exceptions.PromotionSettled: 409,
    exceptions.RecordIsKept: 409,
    exceptions.RecordRefused: 409,
    exceptions.ResumeRefused: 409,
    exceptions.ReviewRefused: 409,
    exceptions.SchemeRefused: 409,
    exceptions.SignedOutOfOrder: 409,
    exceptions.TermsConflict: 409,
    exceptions.TextChanged: 409,
    exceptions.TooManyPictures: 429,
    exceptions.TooManyPromotions: 429,
    exceptions.TooManyRecords: 429,
    # What is wrong with a file that should be a mark.
    MarkRefused: 400,
    # A picture cannot be drawn now.
    PapersError: 503,
}

_OURS = (kind for kind in STATUSES if issubclass(kind, exceptions.PartnershipsError))
WORDS: Words = {**dict.fromkeys(_OURS, in_words), MarkRefused: wording_marks.refusal}
"""What the pages say, too."""
