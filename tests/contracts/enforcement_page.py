"""Writes ``docs/references/enforcement.md`` from a whole run of the leak matrix.

Release and date are given, everything else is in a fixed order: two runs that found the same write
the same page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from leak_matrix import PEOPLE, Door, Matrix, Sight


@dataclass
class Run:
    """What one run of the matrix tried, and found.

    ``doors`` are all there are, ``tried`` those whose test came to its end. ``promised`` are the
    sentences of the tests beside the matrix, ``kept`` those that were seen to hold.
    """

    matrix: Matrix = field(default_factory=Matrix)
    doors: dict[str, Door] = field(default_factory=dict)
    tried: set[str] = field(default_factory=set)
    promised: list[str] = field(default_factory=list)
    kept: set[str] = field(default_factory=set)

    @property
    def is_whole(self) -> bool:
        """Whether every door was tried and every sentence proven."""
        return (
            bool(self.doors) and self.tried == set(self.doors) and self.kept == set(self.promised)
        )

    def as_plain(self) -> dict[str, Any]:
        """The run in simple values, to hand over to another process."""
        return {
            "doors": [asdict(door) for door in self.doors.values()],
            "tried": sorted(self.tried),
            "promised": self.promised,
            "kept": sorted(self.kept),
            "gated": _plain_sights(self.matrix.gated),
            "ungated": _plain_sights(self.matrix.ungated),
        }

    def add(self, plain: Mapping[str, Any]) -> None:
        """Take in what another process found."""
        self.doors |= {door["name"]: Door(**door) for door in plain["doors"]}
        self.tried |= set(plain["tried"])
        self.promised = list(plain["promised"])
        self.kept |= set(plain["kept"])
        for sights, given in (
            (self.matrix.gated, plain["gated"]),
            (self.matrix.ungated, plain["ungated"]),
        ):
            for door, person, words, statuses in given:
                sights[door, person] = Sight(words=frozenset(words), statuses=frozenset(statuses))


RUN = Run()  # the one of this process


def _plain_sights(sights: Mapping[tuple[str, str], Sight]) -> list[list[Any]]:
    return [
        [door, person, sorted(sight.words), sorted(sight.statuses)]
        for (door, person), sight in sights.items()
    ]


def page(run: Run, *, release: str, day: str) -> str:
    """The whole page.

    Raises:
        ValueError: the run is not whole; half a page would promise what nobody has tried.
    """
    if not run.is_whole:
        raise ValueError("The run of the matrix is not whole.")
    doors = list(run.doors.values())
    groups = list(dict.fromkeys(door.group for door in doors))
    tables = (_table(run.matrix, group, doors) for group in groups)
    return "\n\n".join(
        [
            _HEAD.format(release=release, day=day, doors=len(doors), people=len(PEOPLE)),
            _REACHES,
            _LEGEND,
            *tables,
            "## Tried besides\n\n" + _list(run.promised),
            _limits(),
        ]
    ) + "\n"  # fmt: skip


def _table(matrix: Matrix, group: str, doors: Iterable[Door]) -> str:
    lines = [
        f"### {group}",
        "",
        _row(["", *(person.title for person in PEOPLE)]),
        _row(["---"] * (len(PEOPLE) + 1)),
    ]
    lines += [
        _row([door.title, *(matrix.answer(door, person) for person in PEOPLE)])
        for door in doors
        if door.group == group
    ]
    return "\n".join(lines)


def _limits() -> str:
    rows = [
        _row(row) for row in (("what", "what holds", "what you can do"), ("---",) * 3, *_LIMITS)
    ]
    return "\n".join([_LIMITS_HEAD, "", *rows])


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _list(sentences: Iterable[str]) -> str:
    return "\n".join(f"- {sentence}" for sentence in sentences)


_HEAD = """\
# What the gate enforces

Written by `make test-platform` on {day}, on Open edX {release}: {doors} doors, each tried by
{people} people. Do not edit this page; `tests/contracts/README.md` says how to write it again.

It answers two questions of who runs a site: what does a person get who has not settled a fee, and
what can a gate not close, so that you have to look after it yourself."""

_REACHES = """\
## The course that was tried

A section for each reach of a gate, two fees, and the same course once more without gates. Every
block of it says a word that stands nowhere else. A person has to find, at each door, exactly what
they find in the course without gates, less what is closed to them.

| the gate | closes | and leaves open |
|---|---|---|
| to the end of the unit | what follows in the unit | the next unit |
| to the end of the subsection | that, and the next units | the next subsection |
| to the end of the section | that, and the next subsections | the next section |
| to the end of the course | everything that follows | what stands before it |
| inside the reach of another gate | for who has not settled both fees | |

Both courses are open to the public, so that who is not enrolled, or not signed in, sees as much as
a platform ever shows them."""

_LEGEND = """\
## Door by door

*all*: what the door shows without gates. *paid*: of it, what this person has a right to, and what
is free. *free*: what is free. *nothing*: not even that, as the door shows nothing free. *-*: a door
that shows this person nothing of what is gated, with gates or without. An empty cell: this person
does not have the door, as tokens belong to accounts.

Whoever looks at a course as a learner is still staff: doors that do not know of this play show
them what they show to staff."""

_LIMITS_HEAD = """\
## What cannot be gated

A gate closes blocks. What a platform keeps beside its blocks has rules of its own: for each of
these, what holds, and what you can do."""

# What it is, what holds, what an operator can do.
_LIMITS = (
    (
        "Files of the course (pictures, PDF, slides)",
        "They have addresses of their own. A gated block is not shown, so neither is the address "
        "in it; but a file opens to whoever has its address. “Locked” asks for enrolment, not for "
        "a fee.",
        "Lock the files of paid parts. What must not be passed on belongs into the text of blocks.",
    ),
    (
        "Films and sound on another host",
        "Their address is told with the block only. Who has it can pass it on.",
        "Use a host whose addresses are signed and expire.",
    ),
    (
        "Names of sections, subsections and units",
        "Who sees the outline sees them: a learner has to know what there is to pay for.",
        "Put nothing into such a name that you sell.",
    ),
    (
        "Names of bookmarked blocks and of LTI tools",
        "A bookmark keeps the name of its block, and the platform lists the names and addresses "
        "of a course's LTI tools. What they show is closed.",
        "Name blocks so that the name alone teaches nothing.",
    ),
    (
        "Discussions",
        "The block is closed, and the topic of a gated block is not listed; the topic of a whole "
        "unit is called as the unit is. The posts are kept by the discussion service, which asks "
        "for enrolment.",
        "Switch discussions off in gated units, or divide them by cohort.",
    ),
    (
        "Completion",
        "The platform stores that somebody calls a block done. No content comes back.",
        "Let a certificate ask for the fee, not for completion alone.",
    ),
    (
        "Grades",
        "Gated problems count for who may see them. Who has not settled the fee is graded by what "
        "is free, and may pass by it.",
        "Let the certificate wait for the fee ([holds](../concepts/holds.md)), or put whole "
        "assignments behind a gate.",
    ),
    (
        "The search index",
        "Results are closed as the course is; how many were closed is told, so somebody can guess "
        "words. The index itself holds the text of every block.",
        "Let nobody but the platform reach the index. Search can be switched off.",
    ),
    (
        "Updates, handouts, own pages, textbooks, wiki, e-mail",
        "They stand in no unit, so no gate stands before them.",
        "Put what you sell into units.",
    ),
    (
        "Copies",
        "Who may read can copy, and an app can keep what it has loaded. After a refund nothing "
        "new is served.",
        "Nothing: no platform can take back what was read.",
    ),
    (
        "Studio and exports",
        "The course team sees and exports everything.",
        "Keep the team small.",
    ),
    (
        "Launches from other sites by LTI",
        "Who comes this way has an account made for it, which has settled no fee: what is gated "
        "stays closed to them.",
        "Launch what is free, or give these accounts seats.",
    ),
    (
        "Blocks of other plugins that show other blocks",
        "The platform asks about each block that it draws for a learner, and so does the gate. "
        "A handler that is called without signing in is asked about its own block and what is in "
        "it, not about its neighbours.",
        "View such a block as “a learner” before you use it near a gate, and call its handlers "
        "signed out.",
    ),
)
