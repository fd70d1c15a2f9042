"""The filter of a session: taken over from how it began, typed, made of a cell, taken back, and told to the kernel."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from functools import partial

from textual.timer import Timer

from probes.controls import SetFilter
from probes.filter import LATER_KEYS, Filter, FilterError, complete, explain, key_begun, leaves, with_term, without_last
from tui.actions import seen
from tui.host import Actions, Host
from tui.procfs.background import once
from tui.procfs.running import parents
from tui.subject import Cell
from tui.widgets.prompt import Completion, Problem, Question

SETTLE_S = 0.15
"""How long after the last keystroke a filter goes to the kernel, in seconds."""
SLICE_S, BREATH_S = 0.005, 0.005
"""How long a filter is put to the rows of each pane before it is shown, and then to all at a time; between those, how
long keys are heard. In seconds.
"""
HINT = "Tab completes  nginx  pid:1,2  comm=name  path:/etc/  err:ENOENT  ! or ( )  tree:1  lat>9ms  exit:1  Esc undoes"


MOST_LEFT = 24
"""Characters for what of a filter the kernel does not test, and for what the focused pane has nothing of."""


def shortened(text: str) -> str:
    """Not more of it than there is room for."""
    return text if len(text) <= MOST_LEFT else f"{text[: MOST_LEFT - 3]}..."


class Filtering:
    """`now` is the filter in force."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self.now = self._kept = Filter()
        self._adopted = not host.source.live
        self._settling: Timer | None = None
        self._sifting: Timer | None = None
        self._reading = False
        self._past: list[str] = []
        self._whole: Filter | None = None

    @property
    def actions(self) -> Actions:
        """By command."""
        return {
            "filter": self._begin,
            "filter-clear": lambda: self._choose(Filter()),
            "only": partial(self._add_selected, False),
            "not": partial(self._add_selected, True),
        }

    def begin_with(self, text: str) -> None:
        """Put a filter to a recording before there is anything of it."""
        if text:
            self.now = self._host.source.parse(text)
            self._host.history.select(self.now)

    def adopt(self, text: str) -> None:
        """The filter that a live session began with is ours, unless another was chosen already."""
        if self._adopted:
            return
        self._adopted = True
        try:
            self.now = self._host.source.parse(text)
        except FilterError:  # it holds in the kernel all the same, and its text is shown
            return
        self._put_in_force()

    def add(self, cell: Cell, *, negated: bool = False) -> None:
        """Let only what has that value pass, or all but that."""
        try:
            text = with_term(self.now.text, cell.key, cell.value, negated, begins=cell.begins)
            self._choose(self._host.source.parse(text))
        except FilterError as error:
            self._host.say(f"filter: {error}", bad=True)
        else:
            self._remember()

    def pop(self) -> None:
        """Take the last term out of the filter."""
        if self.now.terms:
            self._choose(self._host.source.parse(without_last(self.now.text)))

    def _add_selected(self, negated: bool) -> None:
        cell = self._host.pane.cell
        if isinstance(cell, Cell):
            self.add(cell, negated=negated)
        else:
            keys = " and ".join(map(self._host.keymap.name, cell.commands))
            self._host.say(f"{cell.why}: {keys} {cell.do}", bad=True)

    def _begin(self) -> None:
        self._kept = self._whole = self.now
        question = Question("filter", HINT, self._typed, self._done, self._note, self._complete, tuple(self._past))
        self._host.ask(question, self.now.text)

    def _typed(self, text: str) -> Problem | None:
        """Puts what is typed in force; where that cannot be, the last good one stays.

        A word that may become a key is not looked for until it is accepted: nothing else would be told meanwhile.
        """
        parse = self._host.source.parse
        self._whole = None
        try:
            self._whole = parse(text)
            self._choose(parse(without_last(text)) if key_begun(text) else self._whole)
        except FilterError as error:
            with suppress(FilterError):  # what was looked for while the word was typed was not meant
                self._choose(parse(without_last(text)))
            return Problem(str(error), error.position)
        return None

    def _complete(self, text: str, at: int) -> Completion:
        return seen.completion(self._host.history.view, complete(text, at))

    def _note(self) -> str:
        """How many rows of the focused pane pass, and who tests it for that."""
        view = self._host.pane.view
        parts = explain(self.now, view.info.id) if self.now.terms else ()
        left, missing = (
            " ".join(self.now.text[part.start : part.end] for part in parts if part.where == where)
            for where in ("collector", "no such field")
        )
        tested = [part.where for part in parts if part.where != "no such field"]
        in_kernel = tested.count("kernel")
        rows, more = len(view.log), "" if view.log.sifted else "+"
        told = [f"{rows:,}{more} row{'' if rows == 1 and not more else 's'}"]
        if missing:
            told.append(f"no {shortened(missing)} in {view.info.title}")
        if tested and self._host.source.live:
            whole = in_kernel == len(tested)
            told.append("in the kernel" if whole else f"{in_kernel} of {len(tested)} in the kernel")
            if left and in_kernel:
                told.append(f"not {shortened(left)}")
        if "screen" in tested:
            later = next(leaf.key for node in self.now.terms for leaf in leaves(node) if leaf.key in LATER_KEYS)
            told.append(f"{later}: as they end")
        if self.now.follows:
            told.append("past: by known parents" if self._host.source.live else "tree: by known parents")
        return "  ".join(told)

    def _done(self, kept: bool) -> None:
        if kept:
            if self._whole is not None and self._whole.text != self.now.text:
                self._choose(self._whole)
            self._remember()
        else:
            self._choose(self._kept)

    def _remember(self) -> None:
        if text := self.now.text:
            self._past = [*(past for past in self._past if past != text), text]

    def _choose(self, filter_: Filter) -> None:
        """Filters what is shown now, and what the kernel tells as soon as the typing has settled."""
        self._adopted = True
        self.now = filter_
        if self._settling:
            self._settling.stop()
        self._settling = self._host.set_timer(SETTLE_S, lambda: self._host.source.send(SetFilter(filter_.text)))
        self._put_in_force()
        if filter_.follows and self._host.source.live and not self._reading:
            self._reading = once(parents, self._learn)

    def _learn(self, known: Mapping[int, int]) -> None:
        """Rows of before are put to the filter again, with what /proc told of who is above whom."""
        self._reading = False
        self._host.history.lineage.learn(known, time.time_ns())
        if self.now.follows:
            self._put_in_force()

    def _put_in_force(self) -> None:
        """The newest rows are what is looked at: the others are tested after they were drawn, a few at a time."""
        self._host.history.select(self.now, SLICE_S)
        self._host.show()
        self._sift_soon()

    def _sift_soon(self) -> None:
        if self._sifting:
            self._sifting.stop()
        self._sifting = self._host.set_timer(BREATH_S, self._sift) if self.now.terms else None

    def _sift(self) -> None:
        self._sifting = None
        if self._host.history.sift(SLICE_S):
            self._host.show()
            self._host.told()
        else:
            self._sift_soon()
