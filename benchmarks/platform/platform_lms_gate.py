"""What the gate costs in a real LMS: time of the Blocks API, queries of each door, the publish.

Run by ``make bench-platform`` (see ../README.md). "Without the suite" is the very same course in
the same process, the hooks taken away (tests/contracts/measured_course.py); both ways take turns,
and both read a collected structure that is in the cache. No time is asserted.

BENCH_ROUNDS sets the rounds of the Blocks API; the default is 15.
"""

from __future__ import annotations

import cProfile
import gc
import os
import pstats
import statistics
import time

from measured_course import Comparison
from openedx.core.djangoapps.content.block_structure import api as structures

from fee_gate import compat, services

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "15"))


def say(line=""):
    """Print at once: a run takes minutes."""
    print(line, flush=True)


def spread(values, scale=1.0, places=3):
    """Minimum, median and maximum as text."""
    picked = (pick(values) * scale for pick in (min, statistics.median, max))
    return " ".join(f"{value:>9.{places}f}" for value in picked)


class BlocksApi(Comparison):
    """A course of 1,000 blocks, 200 of them behind 25 gates: every block with its data."""

    UNITS, GATES, BLOCKS, FEES, UNITS_PER_SUBSECTION = 100, 25, 8, 5, 10

    def test_a_course_of_a_thousand_blocks(self):
        say()
        self.show_size()
        self.show_publish()
        for person in ("payer", "unpaid"):
            self.show_calls(person)
        for person in ("payer", "unpaid"):
            self.show_times(person)

    def show_calls(self, person):
        """How many functions are called: work that does not depend on what else is running."""
        calls = {}
        for way in (self.without_the_suite, self.with_the_suite):
            with way():
                who = self.enter(person)
                for _ in range(2):
                    self.ask_blocks(who)
                    self.forget()
                profile = cProfile.Profile()
                profile.runcall(self.ask_blocks, who)
                calls[way] = pstats.Stats(profile).total_calls
        without, ours = calls.values()
        say(
            f"Blocks API, {person}, functions called: {without:,} without, {ours:,} with:"
            f" {ours / without:.4f}"
        )

    def show_times(self, person):
        took, listed = self.rounds(person)
        say(f"Blocks API, {person}, {ROUNDS} rounds; blocks listed: {listed}")
        for clock, seconds in took.items():
            say(f"  {clock + ', ms':18}      min    median       max   over “without”")
            for way, values in seconds.items():
                pairs = zip(values, seconds["without"], strict=True)
                ratios = [ours / theirs for ours, theirs in pairs]
                say(f"    {way:16}{spread(values, 1000, 1)}   {spread(ratios)}")

    def rounds(self, person):
        """Seconds by clock and way, and how many blocks each way lists."""
        ways = {
            "without": self.without_the_suite,
            "without, again": self.without_the_suite,  # against itself: what is noise
            "with": self.with_the_suite,
        }
        took = {clock: {way: [] for way in ways} for clock in ("processor", "wall")}
        listed = {}
        for number in range(ROUNDS):
            # Turned around each round: who comes later finds the processor warmer.
            for way in reversed(ways) if number % 2 else ways:
                with ways[way]():
                    who = self.enter(person)
                    listed[way] = len(self.ask_blocks(who).json()["blocks"])  # not counted
                    for clock, seconds in self.timed(who).items():
                        took[clock][way].append(seconds)
        return took, listed

    def timed(self, who):
        """One request in seconds, by clock."""
        self.forget()
        gc.collect()
        processor, wall = time.process_time(), time.perf_counter()
        self.ask_blocks(who)
        return {
            "processor": time.process_time() - processor,
            "wall": time.perf_counter() - wall,
        }

    def show_publish(self):
        course, reading, counting = str(self.course.id), [], []
        for _ in range(5):
            self.forget()
            start = time.process_time()
            compat.course_outline(course)
            middle = time.process_time()
            self.forget()
            services.recompute(course)
            reading.append(middle - start)
            counting.append(time.process_time() - middle)
        say("at publish, ms of processor      min    median       max")
        say(f"    the course read as a tree{spread(reading, 1000, 0)}")
        say(f"    read and counted         {spread(counting, 1000, 0)}")

    def show_size(self):
        for way in (self.without_the_suite, self.with_the_suite):
            with way():
                manager = structures.get_block_structure_manager(self.course.id)
                data = manager.store._serialize(manager.get_collected())
            say(f"stored structure, {way.__name__}: {len(data):,} bytes, compressed")


class Publish(Comparison):
    """5,000 blocks behind one gate: all that we add to a publish, over reading them as a tree."""

    UNITS, GATES, BLOCKS, FEES, SCOPE = 250, 1, 19, 1, "course"

    def test_a_first_publish(self):
        course = str(self.course.id)
        steps = {
            "the course read as a tree": compat.course_outline,
            "announced": services.announce,
            "counted": services.recompute,
        }
        took = {clock: {step: [] for step in steps} for clock in ("processor", "wall")}
        for _ in range(ROUNDS):
            services.forget_course(course)
            for step, does in steps.items():
                self.forget()
                gc.collect()
                processor, wall = time.process_time(), time.perf_counter()
                does(course)
                took["processor"][step].append(time.process_time() - processor)
                took["wall"][step].append(time.perf_counter() - wall)
        self.show(took, services.recompute(course).closed)

    def show(self, took, closed):
        say(f"\nfirst publish, gated: {closed.units} units and {closed.components} components")
        for clock, steps in took.items():
            say(f"  {clock + ', ms':26}      min    median       max   over the reading, median")
            reading = statistics.median(steps["the course read as a tree"])
            both = [sum(pair) for pair in zip(steps["announced"], steps["counted"], strict=True)]
            for step, values in {**steps, "announced and counted": both}.items():
                ratio = statistics.median(values) / reading
                say(f"    {step:26}{spread(values, 1000, 0)}   {ratio:.2f}")


class Table(Comparison):
    """Queries per request: how many without the suite, how many more with it."""

    def show(self):
        say(f"\n{self.UNITS} units, {self.GATES} gates, {self.BLOCKS} blocks in each unit")
        for person in ("unpaid", "payer", "staff", "anonymous"):
            for door, found in self.compare(person).items():
                kinds = self.kinds(found.more)
                say(
                    f"{person:10}{door:28}{found.status}{found.base:>5}"
                    f" +{sum(found.more.values())} -{sum(found.less.values())}  {kinds}"
                )

    def kinds(self, more):
        """What the further queries are about, by table."""
        tables = [sql.split(" FROM ")[-1].split(" ")[0].strip('"') for sql in more.elements()]
        return ", ".join(f"{tables.count(one)}x {one}" for one in sorted(set(tables)))


class UngatedTable(Table):
    """No gate."""

    GATES = 0

    def test_queries(self):
        self.show()


class OneGateTable(Table):
    """One gate, five blocks."""

    def test_queries(self):
        self.show()


class FortyGatesTable(Table):
    """Forty gates, two hundred blocks."""

    UNITS, GATES, BLOCKS, FEES = 40, 40, 5, 20

    def test_queries(self):
        self.show()
