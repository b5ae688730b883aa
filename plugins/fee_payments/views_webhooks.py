"""The address to which payment providers send their events.

It runs outside ``ATOMIC_REQUESTS``: an event must be committed before it is acted on.
"""

from __future__ import annotations

import logging

from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from fairgate import clock
from fairgate.whole_numbers import whole_number
from fee_payments import api, tasks
from fee_payments.exceptions import InvalidEvent, ProviderMisconfigured, UnknownProvider

log = logging.getLogger(__name__)

MAX_EVENT_BYTES = 256 * 1024


@csrf_exempt
@require_POST
@transaction.non_atomic_requests
def webhook(request: HttpRequest, provider: str) -> JsonResponse:
    """Take an event of a provider, and answer at once. Authenticated by its signature alone.

    The answer says only that the event is in the table; what becomes of it, a worker finds out.
    """
    # The length is checked before the body is read, so that nobody fills our memory.
    length = whole_number(request.headers.get("Content-Length") or "0")
    if length is None:
        return JsonResponse({"detail": "The length of the event is not a number."}, status=400)
    if length > MAX_EVENT_BYTES:
        return JsonResponse({"detail": "An event is at most 256 kB."}, status=413)
    try:
        taken = api.take_event(provider, request.body, request.headers, at=clock.now())
    except ProviderMisconfigured:
        log.exception("webhook: the provider cannot be used: provider=%s", provider)
        return JsonResponse({"detail": "The provider is not set up."}, status=503)
    except UnknownProvider as unknown:
        return JsonResponse({"detail": str(unknown)}, status=404)
    except InvalidEvent as invalid:
        log.warning("webhook refused: provider=%s because=%s", provider, invalid)
        return JsonResponse({"detail": str(invalid)}, status=400)
    if taken.is_new:
        tasks.work_event(taken.pk)
    return JsonResponse({"detail": "Stored." if taken.is_new else "Known."})
