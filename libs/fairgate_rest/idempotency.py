"""A request that is sent again because its answer was lost, and must not be done twice."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError

HEADER = "Idempotency-Key"
PARAMETER = OpenApiParameter(
    HEADER,
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    required=True,
    description=(
        "Your own name of this request, 1 to 64 visible ASCII characters, like a UUID. The same "
        "key with the same body is answered as the first time; with another body it is refused "
        "(409). A key is its sender's: two people may use the same."
    ),
)
# A quoted text is how draft-ietf-httpapi-idempotency-key-header writes it; many send it bare.
_KEY = re.compile(r'("?)([!#-~]{1,64})\1')


def key_of(request: Any) -> str:
    """The key of a request: of at most 84 characters, of this caller alone.

    A digest, because MariaDB compares texts without case, and two keys may differ in nothing else.

    Raises:
        rest_framework.exceptions.ValidationError: there is none, or it is no key.
    """
    found = _KEY.fullmatch(request.headers.get(HEADER, ""))
    if found is None:
        said = "Please send a header with 1 to 64 visible ASCII characters, a new one per request."
        raise ValidationError({HEADER: [said]})
    return f"{int(request.user.pk)}:{sha256(found[2].encode()).hexdigest()}"
