"""What waiver_policy needs of the platform, and nothing else that knows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from fairgate.stand_in import replaceable


@replaceable
def profile_country(user_id: int) -> str:
    """The country in the learner's profile (ISO 3166-1 alpha-2), or "" when it is empty.

    Reads the model and not the platform's cached copy, which is kept for the embargo check and
    may be old.
    """
    from common.djangoapps.student.models import UserProfile

    country = UserProfile.objects.filter(user_id=user_id).values_list("country", flat=True).first()
    return str(country or "")


PENDING = "PENDING"
"""The state of a retirement that the person can still call off."""


@replaceable
def retirement_state(user_id: int) -> str:
    """The state of this person's retirement; "" when they have not asked to leave."""
    from openedx.core.djangoapps.user_api.models import UserRetirementStatus

    states = UserRetirementStatus.objects.filter(user_id=user_id)
    return str(states.values_list("current_state__state_name", flat=True).first() or "")


@replaceable
def preferred_language(user_id: int) -> str:
    """The code of the language that a person has chosen for the site, or ""."""
    from openedx.core.djangoapps.lang_pref import LANGUAGE_KEY
    from openedx.core.djangoapps.user_api.models import UserPreference

    chosen = UserPreference.objects.filter(user_id=user_id, key=LANGUAGE_KEY)
    return str(chosen.values_list("value", flat=True).first() or "")


def has_ace() -> bool:
    """Whether mails go through edx-ace: it is there, and the site has switched channels on."""
    try:
        import edx_ace  # noqa: F401 - only whether it is there
    except ImportError:
        return False
    return bool(getattr(settings, "ACE_ENABLED_CHANNELS", None))


def send_by_ace(
    user_id: int, address: str, *, language: str, name: str, context: Mapping[str, Any]
) -> bool:
    """Send a mail through edx-ace; whether a channel has taken it.

    ``name`` is the folder of its templates, ``waiver_policy/edx_ace/<name>/email/``; ``context``
    fills them. edx-ace keeps the failures of its channels to itself and tells only of successes,
    by a signal; where that signal is missing, a mail that raised nothing counts as taken.
    """
    from edx_ace import ace
    from edx_ace.message import MessageType
    from edx_ace.recipient import Recipient

    class WaiverMessage(MessageType):  # type: ignore[misc]  # edx-ace has no types
        APP_LABEL = "waiver_policy"
        NAME = name

    kind = WaiverMessage(options={"transactional": True})
    message = kind.personalize(Recipient(user_id, address), language, dict(context))
    taken: list[str] = []

    def remember(message: Mapping[str, Any], **_: Any) -> None:
        taken.append(str(message.get("uuid")))

    try:
        from edx_ace.signals import ACE_MESSAGE_SENT
    except ImportError:
        ace.send(message)
        return True
    ACE_MESSAGE_SENT.connect(remember)
    try:
        ace.send(message)
    finally:
        ACE_MESSAGE_SENT.disconnect(remember)
    return str(message.uuid) in taken
