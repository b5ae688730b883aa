"""Every death of a worker on its way, and that each way on comes to the one end.

What leaves the same behind is one state, which is recovered from once by each way. The payer, the
provider and whoever else takes part is a ``peer``: it keeps what it has elsewhere (``keep``,
``go_back``), says what it has done (``moved``), and tells it again (``tell``).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from io import StringIO

from django.core.management import call_command

import killed
from fairgate import clock
from fee_payments.models import ProviderEvent
from revenue_share import api as books

ALL_STEPS = ("statement", "commit", "call")
BOUNDARIES = ("commit", "call")


def settle():
    call_command("fee_payments_settle", stdout=StringIO())


def reconcile():
    """What is left for a person makes it exit with 1; that is seen at the end."""
    with suppress(SystemExit):
        call_command("fee_payments_reconcile", fix=True, stdout=StringIO())


# Each way begins differently. In the end everybody has come by, as happens.
WAYS: dict[str, Callable[..., None]] = {
    "the button is pressed again": lambda press, tell: (press(), tell(), settle()),
    "the command runs": lambda press, tell: (settle(), press(), tell()),
    "the provider tells": lambda press, tell: (tell(), press(), tell(), settle()),
    "the books are compared": lambda press, tell: (reconcile(), settle(), press(), tell()),
}


class World:
    """What is kept somewhere: our database, and what the provider has."""

    def __init__(self, peer, chance) -> None:
        self._peer, self._chance = peer, chance

    def keep(self):
        return killed.Snapshot(), self.provider()

    def provider(self):
        return self._peer.keep()

    def go_back(self, kept, *, life: int) -> None:
        database, provider = kept
        database.restore()
        self._peer.go_back(provider)
        self._chance.begin(life)

    def end(self):
        """Our rows and the refunds that were made, once the books have caught up."""
        books.catch_up(at=clock.now())
        assert books.check() == ()
        assert not ProviderEvent.objects.filter(handled_at=None).exists()
        return {**killed.everything(), "moved": self._peer.moved()}


def every_death(world, press, *, counts=ALL_STEPS):
    """The states in which a worker can die on its way, and how many points of death there are.

    Who dies leaves behind what was committed, and what the provider has, so one life that is
    watched at each step shows them all; ``every_killing`` finds the same.
    """
    start = world.keep()
    world.go_back(start, life=1_000)
    states, committed, steps = {}, start[0], 1

    def watch(lived):
        nonlocal committed, steps
        steps += bool(lived)
        if not killed.has_uncommitted():
            committed = killed.Snapshot()
        left = committed, world.provider()
        died_at = f"step {len(lived)}: {lived[-1]}" if lived else "the end"
        states.setdefault(place_of(left), (died_at, left))
        return False

    with killed.lived(killed.Life(watch, counts)):
        press()
    watch([])
    return start, states, steps


def every_killing(world, press, *, counts=ALL_STEPS):
    """The same, by killing as many workers as there are steps, each one step later."""
    start = world.keep()
    states, step, died = {}, 0, True
    while died:
        step += 1
        world.go_back(start, life=1_000)
        with killed.worker(dies_at=step, counts=counts) as life:
            press()
        left = world.keep()
        states.setdefault(place_of(left), (f"step {step}: {life.steps[-1]}", left))
        died = life.is_over
    return start, states, step


def place_of(left):
    """The same for two worlds that hold the same."""
    return left[0].digest(), repr(left[1])


def all_ends_are_one(peer, chance, press, *, tell=None, counts=ALL_STEPS, least):
    """Kill at every step, go on by every way, and compare with the end without a death."""
    world = World(peer, chance)
    tell = tell or peer.tell
    start, states, steps = every_death(world, press, counts=counts)
    world.go_back(start, life=1_000)
    press()
    tell()
    settle()
    wanted = world.end()
    for died_at, left in states.values():
        for name, way in WAYS.items():
            world.go_back(left, life=900_000)
            way(press, tell)
            found = world.end()
            differs = {k for k in {*wanted, *found} if wanted.get(k) != found.get(k)}
            assert {k: found.get(k) for k in differs} == {k: wanted.get(k) for k in differs}, (
                died_at, name,
            )  # fmt: skip
    assert (steps >= least, len(states) > 1) == (True, True), (steps, len(states))
