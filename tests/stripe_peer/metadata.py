"""What a caller may attach to an object (docs.stripe.com/api/metadata)."""

from __future__ import annotations

from typing import Any

from stripe_peer.refusals import Refusal

MAX_KEYS = 50
MAX_KEY = 40
MAX_VALUE = 500


def metadata_of(given: Any, *, param: str = "metadata") -> dict[str, str]:
    """The metadata of a new object; a value that is empty was never set.

    Raises:
        Refusal: too many keys, or a key or value that is too long.
    """
    kept = {key: value for key, value in (given or {}).items() if value != ""}
    if len(kept) > MAX_KEYS:
        raise Refusal(f"You can only have {MAX_KEYS} metadata keys.", param=param)
    for key, value in kept.items():
        if len(key) > MAX_KEY:
            raise Refusal(
                f"Metadata keys can be up to {MAX_KEY} characters long.", param=f"{param}[{key}]"
            )
        if len(value) > MAX_VALUE:
            raise Refusal(
                f"Metadata values can be up to {MAX_VALUE} characters long.",
                param=f"{param}[{key}]",
            )
    return kept
