"""The screen of pages about things: one on top of the other, each asked for by what was selected on the one before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

from textual import on

from probes.facts import Gone, Missing, Reading
from probes.snapshot import Answer, Ask
from tui.history import View
from tui.keys import Keymap
from tui.pages import file, process
from tui.pages.live import PATIENCE_S, Live, recorded
from tui.pages.sections import Laid
from tui.pages.seen import Gathering, Seen
from tui.pages.subject_page import Place, SubjectPage
from tui.procfs.asking import Asking
from tui.procfs.background import Background
from tui.procfs.file import FileFacts, look_at
from tui.subject import Cell, File, Process
from tui.widgets.line import Look
from tui.widgets.page import PageScreen

REFUSED = "not asked: too many earlier questions wait for an answer of the kernel or a file system"
Known = Reading | FileFacts


class Session(NamedTuple):
    """What a page has of the session that it belongs to.

    live  what is shown is of this machine and of now
    send  asks the collector
    only  lets rows pass only if they have a value
    """

    keymap: Keymap
    host: str
    live: bool
    send: Callable[[Ask], None]
    only: Callable[[Cell], None]


class Level:
    """A thing that was opened, all that is known of it, and where one was on its page."""

    def __init__(self, subject: Process | File, view: View) -> None:
        self.subject = subject
        self.gathering = Gathering(subject)
        self.seen = self.gathering.take(view)
        self.answer: Known | None = None
        self.place = Place()

    @property
    def title(self) -> str:
        """What its page is called."""
        subject = self.subject
        return f"File {subject.path}" if isinstance(subject, File) else f"Process {subject.pid} {subject.comm}"

    @property
    def filters(self) -> dict[str, Cell]:
        """What a command lets pass alone."""
        subject = self.subject
        if isinstance(subject, File):
            return {"filter": Cell("path", subject.path)}
        pid = str(subject.pid)
        return {"filter": Cell("pid", pid), "tree": Cell("tree", pid)}

    def keys(self, keymap: Keymap) -> str:
        """The keys that there are."""
        name = keymap.name
        select = f"{name('down')} {name('up')} select"
        told = {command: f"{cell.key}:{cell.value}" for command, cell in self.filters.items()}
        if isinstance(self.subject, File):
            told["filter"] = "filter"
        filters = (f"{name(command)} {what}" for command, what in told.items())
        return "  ".join((f"{name('back')} back", f"{name('quit')} close", select, f"{name('open')} open", *filters))

    def asking(self, send: Callable[[Ask], None], told: Callable[[Known], None]) -> Asking | Background[Known]:
        """What asks for it as it is now: files are looked at as the user, processes by the collector."""
        subject = self.subject
        if isinstance(subject, File):
            return Background(partial(look_at, subject.path), told)
        last = None if isinstance(self.answer, FileFacts) else self.answer
        return Asking(Ask(subject.pid, subject.time), last, send, told)


class SubjectScreen(PageScreen):
    """Its result is always empty: what it is closed for has been done by then."""

    page: SubjectPage
    where = ("table",)

    def __init__(self, look: Look, session: Session, subject: Process | File, view: View, *, held: bool) -> None:
        keymap = session.keymap
        super().__init__(SubjectPage(look, f"{keymap.name('focus-next')} other side"), keymap)
        self._session, self._view, self._held = session, view, held
        self._levels = [Level(subject, view)]
        self._asking: Asking | Background[Known] | None = None

    def on_mount(self) -> None:
        """Begin to ask."""
        self.set_interval(1.0, self._be_patient)
        self._enter()

    def on_unmount(self) -> None:
        """Ask no more."""
        self._leave()

    def show(self, view: View, *, held: bool) -> None:
        """Draw another moment; `held`: it is not now."""
        self._view, self._held = view, held
        level = self._levels[-1]
        level.seen = level.gathering.take(view)
        self._draw()

    def hear(self, answer: Answer) -> None:
        """The collector answered."""
        if isinstance(self._asking, Asking):
            self._asking.hear(answer)

    def open(self, subject: Process | File) -> None:
        """Put the page about another thing on top."""
        self._levels[-1].place = self.page.place
        self._leave()
        self._levels.append(Level(subject, self._view))
        self._enter()

    @property
    def does(self) -> Mapping[str, Callable[[], object]]:
        """See PageScreen: select, open, go back, filter."""
        return {
            **super().does,
            "back": self._back,
            "open": self._open_selected,
            "down": partial(self.page.move, 1),
            "up": partial(self.page.move, -1),
            **dict.fromkeys(("focus-next", "focus-previous", "cell-left", "cell-right"), self.page.cross),
            **{command: partial(self._filter, cell) for command, cell in self._levels[-1].filters.items()},
        }

    @on(SubjectPage.Opened)
    def _open_selected(self) -> None:
        subject = self.page.subject
        if isinstance(subject, Process | File):
            self.open(subject)

    def _back(self) -> None:
        if len(self._levels) == 1:
            self.leave()
            return
        self._leave()
        self._levels.pop()
        self._levels[-1].seen = self._levels[-1].gathering.take(self._view)
        self._enter()

    def _filter(self, cell: Cell) -> None:
        self.leave()
        self._session.only(cell)

    # What is asked for

    def _enter(self) -> None:
        """Show the page on top as it was left."""
        level = self._levels[-1]
        self.page.place = level.place
        if self._session.live and not isinstance(level.answer, Gone):
            self._asking = level.asking(self._session.send, partial(self._answered, level))
            self._asking.start()
        self._draw()

    def _leave(self) -> None:
        if self._asking:
            self._asking.stop()
        self._asking = None

    def _answered(self, level: Level, answer: Known) -> None:
        level.answer = answer
        if isinstance(answer, Gone):
            self._leave()
        self._draw()

    def _be_patient(self) -> None:
        """Say so while there is no answer."""
        if self._asking and self._asking.waiting_s > PATIENCE_S:
            self._draw()

    def _draw(self) -> None:
        level = self._levels[-1]
        self.page.tell(level.title, level.keys(self.keymap), partial(self._lay, level, level.seen))

    def _lay(self, level: Level, seen: Seen, width: int) -> Laid:
        asked, answer, subject = self._asking, level.answer, level.subject
        why = REFUSED if asked and asked.refused else "" if self._session.live else recorded(self._session.host)
        waiting_s = asked.waiting_s if asked else 0.0
        if isinstance(subject, File):
            there = answer if isinstance(answer, FileFacts | Missing) else None
            return file.lines(self.page.look, subject, seen, Live(there, why, waiting_s, self._held), width)
        its = None if isinstance(answer, FileFacts) else answer
        return process.lines(self.page.look, subject, seen, Live(its, why, waiting_s, self._held), width)
