"""Where the fields of the demo's blocks are kept: the course's XML, and what changed since."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from xblock.exceptions import InvalidScopeError
from xblock.fields import UserScope
from xblock.runtime import KeyValueStore

from demo_site.models import BlockState

Name = tuple[str, str, str, str]


class Branch(StrEnum):
    """Learners see ``published``; Studio shows and writes ``draft``, which covers published."""

    PUBLISHED = "published"
    DRAFT = "draft"


class XmlStore(KeyValueStore):
    """What the XML file of a course says. Filled once, when the course is read."""

    def __init__(self) -> None:
        self.values: dict[Name, Any] = {}

    def get(self, key: KeyValueStore.Key) -> Any:
        return self.values[name_of(key)]

    def set(self, key: KeyValueStore.Key, value: Any) -> None:
        self.values[name_of(key)] = value

    def delete(self, key: KeyValueStore.Key) -> None:
        del self.values[name_of(key)]

    def has(self, key: KeyValueStore.Key) -> bool:
        return name_of(key) in self.values


class BranchStore(KeyValueStore):
    """A branch of a course for one request: rows of the database over the XML.

    All rows are read with one query, the first time a field is asked for.
    """

    def __init__(self, xml: XmlStore, branch: Branch) -> None:
        self._xml = xml
        self._branch = branch
        self._rows: dict[Name, Any] | None = None

    def get(self, key: KeyValueStore.Key) -> Any:
        name = name_of(key)
        rows = self._read()
        return rows[name] if name in rows else self._xml.get(key)

    def has(self, key: KeyValueStore.Key) -> bool:
        return name_of(key) in self._read() or self._xml.has(key)

    def set(self, key: KeyValueStore.Key, value: Any) -> None:
        """Write a value to this branch.

        Raises:
            InvalidScopeError: a page of the LMS wants to change what only Studio may change.
        """
        if self._branch is Branch.PUBLISHED and key.scope.user is UserScope.NONE:
            raise InvalidScopeError(key)
        scope, scope_id, user_id, field = name_of(key)
        row, _ = BlockState.objects.get_or_create(
            branch=self._branch, scope=scope, scope_id=scope_id, user_id=user_id
        )
        row.fields[field] = value
        row.save(update_fields=["fields"])
        self._read()[name_of(key)] = value

    def delete(self, key: KeyValueStore.Key) -> None:
        scope, scope_id, user_id, field = name_of(key)
        for row in BlockState.objects.filter(
            branch=self._branch, scope=scope, scope_id=scope_id, user_id=user_id
        ):
            row.fields.pop(field, None)
            row.save(update_fields=["fields"])
        self._rows = None

    def _read(self) -> dict[Name, Any]:
        if self._rows is None:
            branches = [Branch.PUBLISHED]
            if self._branch is Branch.DRAFT:
                branches.append(Branch.DRAFT)
            self._rows = {
                (row.scope, row.scope_id, row.user_id, field): value
                for branch in branches
                for row in BlockState.objects.filter(branch=branch)
                for field, value in row.fields.items()
            }
        return self._rows


def publish() -> int:
    """Make every draft what learners see; the number of blocks that had one."""
    drafts = list(BlockState.objects.filter(branch=Branch.DRAFT))
    for draft in drafts:
        row, _ = BlockState.objects.get_or_create(
            branch=Branch.PUBLISHED,
            scope=draft.scope,
            scope_id=draft.scope_id,
            user_id=draft.user_id,
        )
        row.fields |= draft.fields
        row.save(update_fields=["fields"])
        draft.delete()
    return len(drafts)


def has_drafts() -> bool:
    """Whether a course author has saved something that is not published yet."""
    return BlockState.objects.filter(branch=Branch.DRAFT).exists()


def name_of(key: KeyValueStore.Key) -> Name:
    """The place of one field: scope, block (or type), user, field."""
    return (
        key.scope.name or str(key.scope),
        str(key.block_scope_id or ""),
        str(key.user_id or ""),
        key.field_name,
    )
