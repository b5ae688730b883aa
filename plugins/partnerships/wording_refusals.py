"""Refusals in the reader's language: each sentence that an error of ours may say, once more.

Rules know no languages, so an error says itself in English; here every sentence stands for
translation. A test compares the two.
"""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from fairgate.errors import FairgateError

from .exceptions import PartnershipsError

SENTENCES = (
    _("There is no agreement “%(code)s”."),
    _("There is no agreement version %(key)s."),
    _("%(kind)s are kept, not deleted."),
    _("%(kind)s “%(row)s” is kept, not deleted."),
    _("%(version)s is signed; its %(kind)s are kept."),
    _("This version promises no “%(code)s”."),
    _("%(agreement)s is not suspended."),
    _("The last record of %(agreement)s is of %(moment)s UTC; a new one cannot be older."),
    _("The host side signed %(version)s on %(day)s."),
    _("The partner side signed %(version)s on %(day)s."),
    _("%(version)s was signed first on %(moment)s UTC; the second signature cannot be older."),
    _("%(agreement)s is suspended since %(day)s."),
    _("Say in at least one language what is seen."),
    _("Say why, in a sentence."),
    _("A sentence has at most %(limit)s readable characters."),
    _("“%(code)s” is none of: %(known)s."),
    _("The text in “%(code)s” has %(length)s characters; at most %(limit)s are taken."),
    _("The text in “%(code)s” has control characters."),
    _("Say why it ends; the reason is kept."),
    _("Say why it resumes; the reason is kept."),
    _("Say why it does not resume; the reason is kept."),
    _("That %(agreement)s resumes was asked for already."),
    _("Nobody has asked that %(agreement)s resumes, or it was decided."),
    _("Who acts for the partner does not say that %(agreement)s resumes."),
    _("Another person than who asked has to say that %(agreement)s resumes."),
    _("Who acts for the partner does not say how it is called here."),
    _("Another person than who asked has to say that the partner is called that."),
    _("Say why the partner is not called that; the reason is kept."),
    _("There is no change of a partner %(key)s."),
    _(
        "“%(name)s” is no active account here; what takes two people is done by people who "
        "have one."
    ),
    _("Nobody with an account has proposed this; refuse it, and have it proposed again."),
    _("Who acts for the partner does not say that its due diligence is accepted."),
    _("Who acts for the partner does not decide about its due diligence."),
    _("Another person than who asked has to say that its due diligence is accepted."),
    _(
        "That the due diligence of %(partner)s is accepted until %(day)s waits for a second "
        "person; refuse that first."
    ),
    _("There is no proposed due diligence %(key)s."),
    _("%(version)s is not signed by both sides; there is nothing to end."),
    _("%(version)s cannot end before %(day)s."),
    _("%(version)s ends on %(day)s anyway."),
    _("This was decided already."),
    _("Another person than who asked for the end has to confirm it."),
    _("%(last_day)s is past; refuse this, and ask for another day."),
    _("This delivery was accepted or refused already."),
    _("Another person than who recorded a delivery has to accept it."),
    _("%(day)s has not come yet."),
    _("%(day)s lies before the first day of the version, %(first)s."),
    _("The days that are counted end before they begin."),
    _("%(until)s has not come yet; what is delivered until then is not known."),
    _("The recognition ends before it begins."),
    _("A recognition lasts %(limit)s days at most; award it again then."),
    _("A recognition begins in %(limit)s days at most; award it then."),
    _("By the rates of the scheme, what was delivered is worth more than any amount that is kept."),
    _("With this, %(code)s would come to more than any amount that is kept; refuse it."),
    _("This scheme was confirmed or refused already."),
    _("Another person than who proposed a scheme has to confirm it."),
    _("This award was confirmed or refused already."),
    _(
        "Another person than who proposed an award has to confirm it, and nobody who acts for "
        "the partner."
    ),
    _(
        "This partner has an award from %(first)s to %(last)s; for the same days only one of "
        "a higher tier can be added. Revoke that one first."
    ),
    _("%(version)s waits for approval already."),
    _("%(version)s is approved already."),
    _("%(version)s does not wait for approval."),
    _("%(version)s has to be approved by another person than who loaded or submitted it."),
    _("Who loaded, submitted or approved %(version)s does not sign it for the partner."),
    _("Another person than who saw to the other signature of %(version)s has to do this one."),
    _("Nobody names themselves as who signs for a partner; another person of the host does."),
    _("%(version)s is signed; a change is a new version."),
    _("%(version)s is a draft already."),
    _("%(version)s is not approved; it is signed after a second person has."),
    _("The text of %(version)s is not the one that you have before you."),
    _("“%(name)s” is no signatory of %(partner)s; add them to its contacts first."),
    _("The last record of %(version)s is of %(moment)s UTC; a new one cannot be older."),
    _("There is no early end %(number)s."),
    _("There is no partner “%(code)s”."),
    _("There is no contact %(key)s."),
    _("There is no picture %(key)s."),
    _("There is no file %(key)s."),
    _("There is no delivery %(key)s."),
    _("There is no promotion %(key)s."),
    _("There is no scheme of tiers %(key)s."),
    _("There is no tier %(key)s."),
    _("No scheme of tiers counts today."),
    _("There is no award %(key)s."),
    _("%(one)s and %(other)s both share the receipts of %(course)s."),
    _("No version %(key)s shares revenue."),
    _("Who sent a picture, or acts for its partner, does not decide about it."),
    _("%(picture)s is decided or withdrawn already."),
    _("%(picture)s is refused or withdrawn already."),
    _("A contact has a name of at most 150 readable characters."),
    _("A contact has an e-mail address."),
    _("Notes have at most %(limit)s characters; these have %(length)s."),
    _("Where the evidence is takes at most %(limit)s characters; this has %(length)s."),
    _("“%(language)s” is no language of this site."),
    _("An early end of %(version)s was asked for already."),
    _("Who acts for the partner does not confirm an early end."),
    _("Another promotion was proposed under this key."),
    _("Say why, on one line of at most 255 characters; the reason is kept."),
    _("The partner has no accepted due diligence today."),
    _(
        "What was delivered has been corrected, or more was accepted, and now reaches another "
        "tier; refuse this award and propose it again."
    ),
    _("%(worth)s reaches no tier of the scheme."),
    _("Only an award that was granted is revoked; refuse this one."),
    _("This award was revoked already."),
    _("Another scheme begins on %(day)s; refuse that one, or take another day."),
    _("Say why it does not count; the reason is kept."),
    _("A reason has at most %(limit)s characters; this one has %(length)s."),
    _("Another record was sent under this key."),
    _("%(version)s promises no “%(code)s”."),
    _("%(code)s is not due on %(due)s."),
    _("There is no record %(key)s of this promise."),
    _("This record was corrected already; correct the correction."),
    _("Only a delivery that was accepted is corrected; refuse this one."),
    _("Say on one line what this rests on, in at most 500 characters."),
    _("Only a correction says that an obligation was not met."),
    _("%(code)s is recorded for %(due)s; a correction names that record."),
    _("%(code)s is counted in %(currency)s."),
    _("A delivery has a worth; only a correction may say that it is 0."),
    _("Who acts for a partner does not accept what it gave."),
    _("A value has at most 14 digits, and four decimals."),
    _("%(version)s is not signed by both sides; nothing is owed yet."),
    _("Say why it goes back; the reason is kept."),
    _("Who acts for the partner does not approve %(version)s."),
    _("%(version)s was approved before approvals were recorded."),
    _("Another request was sent under this key."),
    _("Who signs has a name of at most 150 readable characters."),
    _("You do not sign for %(partner)s."),
    _("Who acts for a partner records no signature of the host."),
    _(
        "%(version)s and %(other)s, which is signed, would both share the receipts of a "
        "course on the same days."
    ),
    _("Only %(limit)s pictures of one partner are taken in a day."),
    _("Only %(limit)s promotions of one partner are taken in a day."),
)


def in_words(error: FairgateError) -> str:
    """Why something was refused, in the language that is active; of others as they say it."""
    if not isinstance(error, PartnershipsError):
        return str(error)
    said = gettext(error.sentence)
    return said % error.found if error.found else said
