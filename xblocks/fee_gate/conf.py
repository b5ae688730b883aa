"""Settings of fee_gate, read when they are needed, never at import."""

from __future__ import annotations

from django.conf import settings

# Open edX leaves the ids 52 to 99 to plugins (xmodule/partitions/partitions.py).
PLUGIN_PARTITION_IDS = range(52, 100)


def partition_ids() -> range:
    """Our partition ids: one per fee of a course, and the last for what stays shut."""
    first, last = settings.FEE_GATE_PARTITION_IDS
    return range(first, last + 1)


def may_enrol_without_request() -> bool:
    """Whether management commands and Celery tasks enrol past a hold.

    Only ``True`` is yes: a text such as "false" in a YAML file must not open anything.
    """
    return settings.FEE_GATE_ENROL_WITHOUT_REQUEST is True


def noauth_exempt_handlers() -> frozenset[str]:
    """Unauthenticated handlers that stay reachable behind a gate, as "block type:handler".

    LTI tools post grades there; these handlers answer to a signature and show no content. A launch
    is none of them: it is for who has settled the fee.
    """
    return frozenset(settings.FEE_GATE_NOAUTH_EXEMPT_HANDLERS)
