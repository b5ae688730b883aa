"""When an agreement is in force, and what may be done to it. Pure decisions, no clock."""

from partnerships.rules.agreements import (
    check_may_resume,
    check_may_sign,
    check_may_suspend,
    checksum,
    clearance_obstacles,
    first_overlap,
    obstacles,
    standing,
    version_key,
)

__all__ = [
    "check_may_resume",
    "check_may_sign",
    "check_may_suspend",
    "checksum",
    "clearance_obstacles",
    "first_overlap",
    "obstacles",
    "standing",
    "version_key",
]
