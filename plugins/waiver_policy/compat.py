"""What waiver_policy needs of the platform, and nothing else that knows it."""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.conf import settings

from fairgate.stand_in import replaceable

if TYPE_CHECKING:
    from django.http import HttpRequest

log = logging.getLogger(__name__)


@replaceable
def profile_country(user_id: int) -> str:
    """The country in the learner's profile (ISO 3166-1 alpha-2), or "" when it is empty.

    Reads the model and not the platform's cached copy, which is kept for the embargo check and
    may be old.
    """
    from common.djangoapps.student.models import UserProfile

    country = UserProfile.objects.filter(user_id=user_id).values_list("country", flat=True).first()
    return str(country or "")


@replaceable
def year_of_birth(user_id: int) -> int | None:
    """The year of birth in the learner's profile; ``None`` where they gave none."""
    from common.djangoapps.student.models import UserProfile

    profiles = UserProfile.objects.filter(user_id=user_id)
    year: int | None = profiles.values_list("year_of_birth", flat=True).first()
    return year


@replaceable
def ip_country(request: HttpRequest) -> str:
    """The country that a request comes from (ISO 3166-1 alpha-2), or "" when nobody can say.

    The address is the one just outside what the operator trusts
    (``CLOSEST_CLIENT_IP_FROM_HEADERS``), the country that of the platform's GeoLite2 file. An
    address inside a network, one that the file does not know, or no file at all is "": not
    knowing is no evidence. Nothing is kept.
    """
    from edx_django_utils.ip import get_safest_client_ip
    from openedx.core.djangoapps.geoinfo.api import country_code_from_ip

    try:
        address = ipaddress.ip_address(get_safest_client_ip(request))
        return str(country_code_from_ip(str(address)) or "") if address.is_global else ""
    except (OSError, ValueError, RuntimeError) as error:
        # No file, a broken file (maxminddb's error is a RuntimeError), an address that is none.
        log.warning("no country of a request: %s", type(error).__name__)
        return ""


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
