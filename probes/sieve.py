"""What of a probe's rows a session gets: those that pass what the kernel could not test of the filter, in the budget.

Where something is left to test here, the kernel sends more rows than were asked for (`kernel_budget`), so that those
that are wanted are not starved by those that are not; the budget is then kept here.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

import msgspec

from probes.columns import ProbeInfo, Row
from probes.filter.parsed import Filter
from probes.filter.plan import Plan
from probes.filter.terms import leaves
from probes.snapshot import Counts, Exit, Tally

SECOND = 1_000_000_000
ROOMIER = 5
MOST_ROWS = 20_000
"""Rows a second that the kernel is not asked to go beyond for what is tested here."""
MOST_ALIVE = 32768
TALLIED = ("pid", "ppid", "comm", "user", "err", "unit", "cgroup", "container")
"""Keys of a filter that can be put to tallies."""


def kernel_budget(budget: int, plan: Plan) -> int:
    """Rows a second that the kernel may send, for `budget` of them after the test of the rest."""
    return min(ROOMIER * budget, max(budget, MOST_ROWS)) if plan.rest else budget


class Sieve:
    """`counts` is what it changed of the kernel's counts so far; both are of the session."""

    def __init__(self, info: ProbeInfo, budget: int) -> None:
        self._ids = tuple(column.id for column in info.columns)
        self._error = self._ids.index("error")
        self._ends = any(column.later for column in info.columns)
        self._budget, self._paid_until = budget, 0
        self._plan, self._filter = Plan(), Filter()
        self._made = self._next = 0
        self._number_of: OrderedDict[int, int] = OrderedDict()
        self.counts = Counts()

    def put(self, plan: Plan) -> None:
        """What to test from now on."""
        self._plan, self._filter = plan, Filter("", (*plan.again, *plan.rest))

    def restart(self) -> None:
        """The probe has been loaded anew: its rows are numbered from 0 again."""
        self._made = 0
        self._number_of.clear()

    def rows(self, rows: Sequence[Row]) -> list[Row]:
        """Those of the rows that the session gets."""
        kept: list[Row] = []
        filtered = over = errors = 0
        for number, row in enumerate(rows, self._made):
            if self._filter and not self._filter.matches(dict(zip(self._ids, row, strict=True))):
                filtered += 1
                errors += row[self._error] is not None
            elif self._plan.rest and not self._pay(row):
                over += 1
            else:
                kept.append(row)
                if self._ends:
                    self._remember(number, self._next + len(kept) - 1)
        self._made += len(rows)
        self._next += len(kept)
        before = self.counts
        self.counts = Counts(
            shown=before.shown - filtered - over,
            filtered=before.filtered + filtered,
            over_budget=before.over_budget + over,
            errors=before.errors - errors,
        )
        return kept

    def exits(self, exits: Sequence[Exit]) -> list[Exit]:
        """The ends of processes whose rows the session has, by their numbers there."""
        found = ((self._number_of.pop(end.row, None), end) for end in exits)
        return [Exit(row, end.pid, end.code, end.signal, end.age_ms) for row, end in found if row is not None]

    @property
    def can_tally(self) -> bool:
        """Whether tallies can be of exactly those events that pass the filter."""
        asked = (leaf.key for node in self._plan.again for leaf in leaves(node))
        untested = self._plan.rest or self._plan.later
        return not untested and all(key in TALLIED for key in asked)

    def tallies(self, tallies: Sequence[Tally]) -> list[Tally]:
        """Those of the tallies that the session gets. Who could not be told apart passed what the kernel tests."""
        if not self._filter:
            return list(tallies)
        return [tally for tally in tallies if not tally.pid or self._filter.matches(msgspec.structs.asdict(tally))]

    def _remember(self, number: int, row: int) -> None:
        self._number_of[number] = row
        if len(self._number_of) > MOST_ALIVE:
            self._number_of.popitem(last=False)

    def _pay(self, row: Row) -> bool:
        """Whether there is room for a row at its time; as `pay` in common.bpf.h."""
        now = row[0]
        if not isinstance(now, int) or not self._budget or self._paid_until > now:
            return False
        self._paid_until = max(self._paid_until, now - SECOND) + SECOND // self._budget
        return True
