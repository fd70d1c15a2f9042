"""Pages about things: one on top of the other, each asked for by what was selected on the one before."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import NamedTuple, TypeVar

from textual import on

from probes.controls import Ask
from probes.facts import Gone, Missing, Parent, Reading
from probes.snapshot import Answer
from tui.history import View
from tui.keys import Keymap
from tui.pages import file, process
from tui.pages.ancestry import joined
from tui.pages.contents import contents
from tui.pages.live import PATIENCE_S, Live, recorded
from tui.pages.sections import Laid, Rest, lay
from tui.pages.seen import Gathering, Seen
from tui.pages.subject_page import Place, SubjectPage
from tui.procfs.asking import Asking
from tui.procfs.background import Background, once
from tui.procfs.file import FileFacts, look_at
from tui.procfs.running import living
from tui.subject import Cell, Contents, File, Process
from tui.text import safe
from tui.widgets.line import Look

REFUSED = "not asked: too many earlier questions wait for an answer of the kernel or a file system"
OF_PANES = (
    "back",
    "focus-next",
    "focus-previous",
    "filter",
    "find",
    "find-next",
    "find-previous",
    "only",
    "not",
    "zoom",
    "view",
    "view-back",
    "stage",
    "marks",
)
"""Commands that would change the panes, which are not to be seen."""
FAR = 10_000
GAPS = re.compile(r" {2,}")
Known = Reading | FileFacts
Asked = TypeVar("Asked")


class Session(NamedTuple):
    """What a page has of the session that it belongs to.

    live  what is shown is of this machine and of now
    send  asks the collector
    only  lets rows pass only if they have a value
    say   tells the user something
    close puts the pages away
    """

    keymap: Keymap
    host: str
    live: bool
    send: Callable[[Ask], None]
    only: Callable[[Cell], None]
    say: Callable[[str], None]
    close: Callable[[], None]


class Level:
    """A thing that was opened, all that is known of it, and where one was on its page.

    living  of a process that is gone: who above it is not, as /proc tells
    """

    def __init__(self, subject: Process | File, view: View) -> None:
        self.subject = subject
        self.gathering = Gathering(subject)
        self.seen = self.gathering.take(view)
        self.answer: Known | None = None
        self.living: tuple[Parent, ...] = ()
        self.place = Place()
        self.whole: set[str] = set()

    @property
    def title(self) -> str:
        """What its page is called."""
        subject = self.subject
        return f"File {subject.path}" if isinstance(subject, File) else f"Process {subject.pid} {subject.comm}".rstrip()

    @property
    def only(self) -> Cell:
        """A filter that lets nothing pass but what is about it."""
        subject = self.subject
        return Cell("path", subject.path) if isinstance(subject, File) else Cell("pid", str(subject.pid))

    @property
    def tree(self) -> Cell | None:
        """One that lets pass what it started too; a file starts nothing."""
        return None if isinstance(self.subject, File) else Cell("tree", str(self.subject.pid))

    def keys(self, keymap: Keymap) -> str:
        """The keys that there are."""
        name = keymap.name
        select = f"{name('down')} {name('up')} select"
        told = [f"{name('page-back')} back", f"{name('page-close')} close", select, f"{name('open')} open"]
        if isinstance(self.subject, File):
            return "  ".join((*told, f"{name('page-filter')} filter"))
        pid = self.subject.pid
        return "  ".join((*told, f"{name('page-filter')} pid:{pid}", f"{name('page-tree')} tree:{pid}"))

    def asking(self, send: Callable[[Ask], None], told: Callable[[Known], None]) -> Asking | Background[Known]:
        """What asks for it as it is now: files are looked at as the user, processes by the collector."""
        subject = self.subject
        if isinstance(subject, File):
            return Background(partial(look_at, subject.path), told)
        last = None if isinstance(self.answer, FileFacts) else self.answer
        return Asking(Ask(subject.pid, subject.time), last, send, told)


class SubjectPages(SubjectPage):
    """The page on top is to be seen. It lies over the panes alone, and is told which commands are done."""

    def __init__(self, look: Look, session: Session, subject: Process | File, view: View, *, held: bool) -> None:
        super().__init__(look, f"{session.keymap.name('page-cross')} other side")
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
        self._levels[-1].place = self.place
        self._leave()
        self._levels.append(Level(subject, self._view))
        self._enter()

    def act(self, command: str) -> bool:
        """Do what a command means on a page, by its id; whether it is not for the screen."""
        does: dict[str, Callable[[], object]] = {
            "page-back": self._back,
            "page-close": self._session.close,
            "page-cross": self.cross,
            "open": self._open_selected,
            "down": partial(self.move, 1),
            "up": partial(self.move, -1),
            "page-down": partial(self.scroll_pages, 1),
            "page-up": partial(self.scroll_pages, -1),
            "top": partial(self.scroll_lines, -FAR),
            "bottom": partial(self.scroll_lines, FAR),
            "page-filter": partial(self._filter, self._levels[-1].only),
            "page-tree": partial(self._filter, self._levels[-1].tree),
            **dict.fromkeys(OF_PANES, self._of_panes),
        }
        if do := does.get(command):
            do()
        return do is not None

    @property
    def copied(self) -> str:
        """The selected line, what is apart in it separated by tabs; while there is none to be seen, what the page is
        of: the command line, or the path.
        """
        if line := self.selected_line:
            return GAPS.sub("\t", line)
        level = self._levels[-1]
        if isinstance(level.subject, File):
            return safe(level.subject.path)
        live = self._process(level)
        return safe(process.command(level.subject, process.of_its_own(level.seen, live), live))

    @property
    def contents(self) -> Contents:
        """The rows of what is seen of it."""
        level = self._levels[-1]
        if isinstance(level.subject, File):
            return contents(level.seen, "file")
        return contents(process.of_its_own(level.seen, self._process(level)), f"process-{level.subject.pid}")

    @on(SubjectPage.Opened)
    def _open_selected(self) -> None:
        subject = self.subject
        if isinstance(subject, Process | File):
            self.open(subject)
        elif isinstance(subject, Rest):
            self._levels[-1].whole.add(subject.of)
            self._draw()

    def _back(self) -> None:
        if len(self._levels) == 1:
            self._session.close()
            return
        self._leave()
        self._levels.pop()
        self._levels[-1].seen = self._levels[-1].gathering.take(self._view)
        self._enter()

    def _filter(self, cell: Cell | None) -> None:
        if cell:
            self._session.close()
            self._session.only(cell)

    def _of_panes(self) -> None:
        self._session.say("that is for panes: this is a page, which closes first")

    # What is asked for

    def _enter(self) -> None:
        """Show the page on top as it was left."""
        level = self._levels[-1]
        self.place = level.place
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
            if isinstance(level.subject, Process) and not answer.last:
                above = [one.pid for one in level.seen.above]
                once(partial(living, above, level.subject.time), partial(self._found_living, level))
        self._draw()

    def _found_living(self, level: Level, found: tuple[Parent, ...]) -> None:
        level.living = found
        self._draw()

    def _be_patient(self) -> None:
        """Say so while there is no answer."""
        if self._asking and self._asking.waiting_s > PATIENCE_S:
            self._draw()

    def _draw(self) -> None:
        level = self._levels[-1]
        self.tell(level.title, level.keys(self._session.keymap), partial(self._lay, level, level.seen))

    def _lay(self, level: Level, seen: Seen, width: int) -> Laid:
        subject = level.subject
        if isinstance(subject, File):
            sheet = file.lines(self.look, subject, seen, self._file(level), width)
        else:
            seen = seen._replace(above=joined(seen.above, level.living))
            sheet = process.lines(self.look, subject, seen, self._process(level), width)
        return lay(self.look, sheet, width, level.whole)

    def _process(self, level: Level) -> Live[Reading]:
        answer = level.answer
        return self._live(None if isinstance(answer, FileFacts) else answer)

    def _file(self, level: Level) -> Live[FileFacts | Missing]:
        answer = level.answer
        return self._live(answer if isinstance(answer, FileFacts | Missing) else None)

    def _live(self, answer: Asked | None) -> Live[Asked]:
        asked = self._asking
        why = REFUSED if asked and asked.refused else "" if self._session.live else recorded(self._session.host)
        return Live(answer, why, asked.waiting_s if asked else 0.0, self._held)
