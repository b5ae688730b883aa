"""Block and course keys in the one form the gate table knows them by.

The platform hands the same block over with and without branch and version, inside a CCX, and
slash-quoted in URLs. Identifiers that are not opaque keys (the SDK workbench's) are taken as is.
"""

from __future__ import annotations

import functools

from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import CourseKey, UsageKey


def run_text(course_key: object) -> str:
    """The course run behind a key: no branch, no version; a CCX stays what it is."""
    key = _parsed(CourseKey, course_key)
    return str(_unversioned(key)) if isinstance(key, CourseKey) else str(course_key)


def course_text(course_key: object) -> str:
    """The course run behind a key: no branch, no version, the master course of a CCX."""
    key = _parsed(CourseKey, course_key)
    return str(_plain(key)) if isinstance(key, CourseKey) else str(course_key)


def is_library(key: object) -> bool:
    """Whether a key is that of a library: blocks are kept there, no learner comes."""
    return getattr(key, "is_course", True) is False


def usage_text(usage_key: object, course_key: object | None = None) -> str:
    """The block behind a key: no branch, no version, the master course's block of a CCX.

    ``course_key`` gives old keys, which do not name the run, their course.
    """
    key = _parsed(UsageKey, usage_key)
    if not isinstance(key, UsageKey):
        return str(usage_key)
    key = _without_aside(key)
    course = _parsed(CourseKey, course_key) if course_key else getattr(key, "context_key", None)
    if not isinstance(course, CourseKey):
        return str(key)
    if hasattr(key, "to_block_locator"):
        key = key.to_block_locator()
    try:
        return str(key.map_into_course(_plain(course)))
    except (AttributeError, InvalidKeyError, TypeError, ValueError):  # a block of no course
        return str(key)


def block_type(usage_key: object) -> str:
    """The type in a usage key ("html"), or "" if the key does not tell."""
    key = _parsed(UsageKey, usage_key)
    return str(_without_aside(key).block_type) if isinstance(key, UsageKey) else ""


def is_as_published(key: object) -> bool:
    """Whether a course or usage key names what learners see: no draft, and no certain version."""
    parsed = _parsed(UsageKey, key) or _parsed(CourseKey, key)
    usage = _without_aside(parsed) if isinstance(parsed, UsageKey) else parsed
    course = getattr(usage, "course_key", usage)
    is_live = getattr(course, "branch", None) in {None, "published-branch"}
    return is_live and getattr(course, "version_guid", None) is None


def block_id(usage_key: object) -> str:
    """The name of a block within its course, or the key as it is."""
    key = _parsed(UsageKey, usage_key)
    return str(_without_aside(key).block_id) if isinstance(key, UsageKey) else str(usage_key)


def course_of(usage_key: object) -> str:
    """The course run a usage key names, a CCX as itself, or "" if it names none."""
    key = _parsed(UsageKey, usage_key)
    course = getattr(key, "context_key", None)
    return run_text(course) if course is not None else ""


def org_of(course_key: object) -> str:
    """The organisation in a course run's key, or ""."""
    return str(getattr(_parsed(CourseKey, course_key), "org", "") or "")


def usage_key_in_url(text: str) -> str | None:
    """The usage key in a part of a URL, if there is one: handlers' URLs quote slashes."""
    for candidate in (text, _unquote_slashes(text)):
        if isinstance(_parsed(UsageKey, candidate), UsageKey):
            return candidate
    return None


def _parsed(kind: type[CourseKey] | type[UsageKey], key: object) -> object:
    return key if isinstance(key, kind) else _from_text(kind, str(key))


# A page asks about the same few keys over and over, and taking one apart is most of an answer.
@functools.lru_cache(maxsize=2048)
def _from_text(kind: type[CourseKey] | type[UsageKey], text: str) -> object:
    try:
        return kind.from_string(text)
    except InvalidKeyError:
        return None


def _without_aside(key: UsageKey) -> UsageKey:
    """The block itself: an aside is reached through the block's routes, and shows its content."""
    inner = getattr(key, "usage_key", None)
    return inner if isinstance(inner, UsageKey) else key


@functools.lru_cache(maxsize=256)
def _plain(course_key: CourseKey) -> CourseKey:
    if hasattr(course_key, "to_course_locator"):
        course_key = course_key.to_course_locator()
    return _unversioned(course_key)


def _unversioned(course_key: CourseKey) -> CourseKey:
    if hasattr(course_key, "for_branch"):
        course_key = course_key.for_branch(None)
    if hasattr(course_key, "version_agnostic"):
        course_key = course_key.version_agnostic()
    return course_key


def _unquote_slashes(text: str) -> str:
    # The platform writes ";" as ";;" and "/" as ";_".
    return text.replace(";;", "\0").replace(";_", "/").replace("\0", ";")
