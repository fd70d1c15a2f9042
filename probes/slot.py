"""One probe of a session, whatever its state: off, compiling, on, failed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from probes import probe
from probes.attached import Attached
from probes.broker import OpenEvent
from probes.build import Build
from probes.columns import Row
from probes.disk_choice import Choice, Chosen
from probes.filter.errors import FilterError
from probes.filter.parsed import Filter
from probes.filter.plan import plan
from probes.kernel import cache
from probes.kernel.image import Image
from probes.kernel.loader import RETRY, LoadError
from probes.probe import Findings, Totals
from probes.sieve import Sieve
from probes.snapshot import Counts, Exit, ProbeTick, State, Tally


class Slot:
    """A probe that can be switched on and off, and what it brought since the last tick.

    Counts go on over switching off and on again: they are those of the session.
    """

    def __init__(self, id_: str, budget: int, open_event: OpenEvent) -> None:
        self.id = id_
        self.probe = probe.get(id_)
        self.state: State = "off"
        self.message = ""
        self.build: Build | None = None
        self._budget, self._open_event = budget, open_event
        self._filter = Filter()
        self._sieve = Sieve(self.probe.info, budget)
        self._attached: Attached | None = None
        self._before = Counts()
        self._rows: list[Row] = []
        self._exits: list[Exit] = []
        self._kin: dict[int, int] = {}
        self._left: Totals | None = None
        self._selected = 0
        self._slow_us: float | None = None
        self._tallying = False
        self._choice = Choice(Filter())
        self._hidden = Counts()
        self._first = 0
        self._cost = Cost()

    def set_filter(self, filter_: Filter) -> None:
        """The filter from now on; what it does not let through is counted as filtered."""
        self.drain()
        self._filter = filter_
        self._sieve.put(plan(filter_, self.id))
        self._choice = Choice(filter_ if self._makes_histograms else Filter())
        self._put("the filter cannot be put into the kernel", lambda attached: attached.set_filter(filter_))
        self._put_tallies()

    def set_slow(self, us: float | None) -> None:
        """From which latency on events are picked out as rows; see probes.probe."""
        self._slow_us = us
        self._put("the kernel cannot be told from when on requests are slow", lambda attached: attached.set_slow(us))

    def set_tallies(self, on: bool) -> None:
        """Whether events are to be counted by who did them as well."""
        self._tallying = on
        self._put_tallies()

    def _put_tallies(self) -> None:
        on = self._tallying and self._sieve.can_tally
        self._put("it cannot be counted who did what", lambda attached: attached.set_tallies(on))

    def _put(self, refused: str, change: Callable[[Attached], None]) -> None:
        """Changes what is in the kernel, if it is there; where that cannot be, the probe is off, and says `refused`."""
        if self._attached is None:
            return
        try:
            change(self._attached)
        except (OSError, LoadError, FilterError) as error:
            self.switch_off()
            why = error.strerror if isinstance(error, OSError) else str(error).partition("\n")[0]
            self.state, self.message = "failed", f"{refused}: {why}\n{RETRY}"

    def prepare(self) -> None:
        """Loads the probe, to be attached next, or begins to compile it: then `build` is there until `built`."""
        if self.state in ("on", "compiling"):
            return
        try:
            image = cache.load(self.id, cache.key(self.id, self.probe.sources()))
            self.build = Build(self.id) if image is None else None
        except OSError as error:
            self.state, self.message = "failed", f"it cannot be read or compiled: {error.strerror}\n{RETRY}"
            return
        if image is None:
            self.state, self.message = "compiling", ""
        else:
            self._load(image)

    def attach(self) -> None:
        """Lets a probe that is prepared run."""
        if self._attached is None or self.state == "on":
            return
        try:
            self._attached.attach(self._open_event)
            self.state = "on"
        except LoadError as error:
            self._attached = None
            self.state, self.message = "failed", str(error)

    def built(self) -> None:
        """To be called when `build` can be read: attaches the probe once it is compiled."""
        answer = self.build.read() if self.build is not None else None
        if answer is None:
            return
        self.build = None
        if answer.image is None:
            self.state, self.message = "failed", answer.error
        else:
            self._load(answer.image)
            self.attach()

    def _load(self, image: Image) -> None:
        try:
            self._attached = Attached(self.probe, image, self._budget, self._filter)
        except (LoadError, FilterError) as error:
            self.state, self.message = "failed", str(error)
            return
        self.message = ""
        self._sieve.restart()
        if self._slow_us is not None:
            self.set_slow(self._slow_us)
        self._put_tallies()

    def detach(self) -> None:
        """Takes the probe's programs out of the kernel; `switch_off` is still to come."""
        if self._attached is not None:
            self._attached.detach()

    def switch_off(self) -> None:
        """Takes the probe out of the kernel; what it saw until then is in the next tick, counted exactly."""
        if self.build is not None:
            self.build.close()
            self.build = None
        if self._attached is not None:
            self._attached.detach()
            self.drain()
            self._left = self._attached.totals()
            self._selected += self._left.selected
            self._before += self._attached.counts(final=True)
            self._attached.close()
            self._attached = None
        self.state, self.message = "off", ""

    def seen(self) -> int:
        """How many events it has seen since it was attached, at this moment."""
        return self._attached.seen() if self._attached is not None else 0

    def drain(self) -> None:
        """Takes out of the kernel what has come."""
        if self._attached is None:
            return
        found: Findings = self._attached.drain()
        self._rows += self._sieve.rows(found.rows)
        self._exits += self._sieve.exits(found.exits)
        self._kin.update(found.kin)

    def tick(self, measuring: bool, dropped: int) -> ProbeTick:
        """What came since the last tick.

        measuring  the kernel measures how long programs run
        dropped    rows of the session that were given up on the way out
        """
        self.drain()
        left, self._left = self._left, None
        parts = [Totals()] if self._attached is None else [self._attached.totals()]
        if left is not None:  # of when it was switched off within this tick
            parts.insert(0, left)
        counts, run_time = self._before, 0
        if self._attached is not None:  # after its totals: what they hold is counted
            counts += self._attached.counts()
            run_time = self._attached.run_time_ns()
        bpf_ns = self._cost.take(counts.seen, run_time if measuring else None)
        rows, exits, kin, first = self._rows, self._exits, self._kin, self._first
        self._rows, self._exits, self._kin, self._first = [], [], {}, first + len(rows)
        chosen = self._chosen(parts)
        return ProbeTick(
            self.id,
            self.state,
            self._of_session(counts, dropped),
            self.message,
            first,
            rows,
            exits,
            hists=list(chosen.hists),
            disks=list(chosen.disks),
            bpf_ns=bpf_ns,
            parts=list(chosen.parts),
            work=list(chosen.work),
            selected=self._selected_with(parts[-1]),
            facts=next((list(part.facts) for part in reversed(parts) if part.facts is not None), None),
            thresholds=next((list(part.thresholds) for part in reversed(parts) if part.thresholds is not None), None),
            tallies=self._tallies(parts),
            aside=chosen.aside,
            kin=kin,
        )

    def _of_session(self, counts: Counts, dropped: int) -> Counts:
        """The kernel's counts as those of what the session has had."""
        if self._makes_histograms:
            return counts + self._hidden
        counts += self._sieve.counts
        ahead = counts.shown - self._first  # what the kernel has sent since it was drained belongs to the next tick
        return counts + Counts(seen=-ahead, shown=-ahead - dropped, lost=dropped)

    def _selected_with(self, totals: Totals) -> int:
        """How many events were picked out as rows; of a probe whose rows are a choice from what it counts."""
        selected = self._selected + totals.selected
        return selected - self._sieve.counts.filtered if self._makes_histograms else selected

    @property
    def _makes_histograms(self) -> bool:
        return self.probe.info.view == "latency"

    def _chosen(self, parts: Sequence[Totals]) -> Chosen:
        """The disks and operations that the filter asks for; what others did is put aside and counted as filtered."""
        chosen = self._choice.of(
            [hist for part in parts for hist in part.hists],
            [kind for part in parts for kind in part.parts],
            [work for part in parts for work in part.work],
            parts[-1].disks,
        )
        self._hidden += Counts(shown=-chosen.hidden, filtered=chosen.hidden, errors=-chosen.errors)
        return chosen

    def _tallies(self, parts: Sequence[Totals]) -> list[Tally] | None:
        tallied = [part.tallies for part in parts if part.tallies is not None]
        return self._sieve.tallies([tally for some in tallied for tally in some]) if tallied else None


class Cost:
    """What a probe costs in the kernel: as measured, and once that has ended, as much for each event as until then."""

    def __init__(self) -> None:
        self.measured = 0
        self._ns = 0
        self._seen = 0

    def take(self, seen: int, run_time_ns: int | None) -> int | None:
        """Nanoseconds since the last call. `seen` is of the session; run_time_ns None where it is not measured."""
        events, self._seen = seen - self._seen, seen
        if run_time_ns is not None:
            self.measured += events
            self._ns += run_time_ns
            return run_time_ns
        return self._ns * events // self.measured if self.measured else None
