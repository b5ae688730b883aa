"""The demo's courses: read from ``courses/*.xml``, drawn by the runtime, asked for by the gate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree
from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import UsageKey
from opaque_keys.edx.locator import BlockUsageLocator, CourseLocator
from xblock.core import XBlock

from demo_site import access
from demo_site.block_store import Branch, BranchStore, XmlStore
from demo_site.runtime import CourseKeys, DemoRuntime
from fee_gate import rules
from fee_gate.exceptions import OutlineUnreadable

# In the order of the catalogue.
FILES = ("spectrum-management", "spectrum-workshop", "frequency-basics")


@dataclass(frozen=True, slots=True)
class CourseRun:
    """One course as its XML file has it; what authors changed since is in the database."""

    key: CourseLocator
    keys: CourseKeys
    xml: XmlStore
    root: BlockUsageLocator
    slug: str
    language: str


@dataclass(frozen=True, slots=True)
class Unit:
    """A place in a course's outline, with the names of what it stands in."""

    key: BlockUsageLocator
    title: str
    section: str
    subsection: str
    is_open: bool
    is_free: bool


@cache
def runs() -> tuple[CourseRun, ...]:
    """Every course of the demo. The files are read once per process."""
    folder = Path(__file__).parent / "courses"
    return tuple(_read(folder / f"{name}.xml") for name in FILES)


def _read(path: Path) -> CourseRun:
    source = path.read_bytes()
    head = etree.fromstring(source)
    key = CourseLocator(*(head.attrib.pop(part) for part in ("org", "course", "run")))
    language = head.attrib.pop("language_code", "")
    keys, xml = CourseKeys(key), XmlStore()
    root = DemoRuntime(keys, xml).parse_xml_string(etree.tostring(head))
    return CourseRun(
        key=key, keys=keys, xml=xml, root=root, slug=head.get("slug"), language=language
    )


def run_by_slug(slug: str) -> CourseRun | None:
    """The course of an address, if there is one."""
    return next((run for run in runs() if run.slug == slug), None)


def run_by_key(course_key: str) -> CourseRun | None:
    """The course of a course key, if the demo has it."""
    return next((run for run in runs() if str(run.key) == course_key), None)


def find_block(usage_key: str) -> tuple[CourseRun, BlockUsageLocator] | None:
    """The course and key of a block by the key's text, if there is such a block."""
    try:
        key = UsageKey.from_string(usage_key)
    except InvalidKeyError:
        return None
    run = run_by_key(str(key.course_key))
    if run is None or not isinstance(key, BlockUsageLocator) or key not in run.keys.known:
        return None
    return run, key


def runtime_for(run: CourseRun, user: Any) -> DemoRuntime:
    """The published course for one person, with the gate's answer for every block."""
    is_staff = access.is_staff(user, str(run.key))
    return DemoRuntime(
        run.keys,
        BranchStore(run.xml, Branch.PUBLISHED),
        user=user,
        is_staff=is_staff,
        may_see=access.check_for(user, str(run.key)),
    )


def studio_runtime(run: CourseRun, user: Any) -> DemoRuntime:
    """The draft of the course for its author, who may see everything."""
    return DemoRuntime(
        run.keys,
        BranchStore(run.xml, Branch.DRAFT),
        user=user,
        is_staff=True,
        handler_view="studio_handler",
    )


def list_units(runtime: DemoRuntime, run: CourseRun) -> tuple[Unit, ...]:
    """All units in order, and which of them this person may open."""
    is_free = access.check_for(None, str(run.key))
    return tuple(
        Unit(
            key=unit.scope_ids.usage_id,
            title=unit.display_name,
            section=section.display_name,
            subsection=subsection.display_name,
            is_open=runtime.may_see(unit.scope_ids.usage_id),
            is_free=is_free(unit.scope_ids.usage_id),
        )
        for section in _children(runtime.get_block(run.root))
        for subsection in _children(section)
        for unit in _children(subsection)
    )


def list_blocks(runtime: DemoRuntime, run: CourseRun, block_type: str) -> tuple[XBlock, ...]:
    """Every block of a type, in the order of the course."""
    root = runtime.get_block(run.root)
    return tuple(block for block in _walk(root) if block.scope_ids.block_type == block_type)


def outline(course_key: str) -> rules.Node:
    """The published course as a tree, as the gate reads it when a course is published.

    Raises:
        OutlineUnreadable: the demo has no such course.
    """
    run = run_by_key(course_key)
    if run is None:
        raise OutlineUnreadable(f"The course {course_key} is not there.")
    runtime = DemoRuntime(run.keys, BranchStore(run.xml, Branch.PUBLISHED))
    return _node(runtime.get_block(run.root))


def _node(block: XBlock) -> rules.Node:
    is_gate = block.scope_ids.block_type == rules.GATE
    return rules.Node(
        usage_key=str(block.scope_ids.usage_id),
        block_type=block.scope_ids.block_type,
        title=getattr(block, "display_name", "") or "",
        fee=block.fee if is_gate else "",
        scope=block.scope if is_gate else "unit",
        children=tuple(_node(child) for child in _children(block)),
    )


def _children(block: XBlock) -> Iterator[XBlock]:
    keys = block.children if block.has_children else ()
    return (block.runtime.get_block(key) for key in keys)


def _walk(block: XBlock) -> Iterator[XBlock]:
    yield block
    for child in _children(block):
        yield from _walk(child)
