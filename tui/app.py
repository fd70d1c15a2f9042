"""The screen: takes in what a source tells, hands it to the panes, and has done what keys and the mouse ask for."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable, Sequence
from typing import Any

from textual import events, on
from textual.app import App, ComposeResult
from textual.filter import LineFilter
from textual.theme import Theme as TextualTheme
from textual.timer import Timer

from probes.snapshot import Answer, SetTallies, Snapshot
from tui import keys
from tui import theme as colours
from tui.actions.appearance import Appearance
from tui.actions.evidence import Evidence
from tui.actions.filtering import Filtering
from tui.actions.opening import Opening
from tui.actions.pages import Pages
from tui.actions.recording import Recording
from tui.actions.searching import Searching
from tui.actions.session import Session
from tui.actions.travel import Travel
from tui.driver import Driver
from tui.frame import Frame
from tui.history import History, View
from tui.host import Actions
from tui.keys import Where
from tui.own import settle_memory
from tui.pages.subject_screen import SubjectScreen
from tui.panes.block.pane import BlockPane
from tui.panes.pane import Pane
from tui.settings.kept import Layout
from tui.settings.setup import Setup
from tui.silence import Silence
from tui.source import Source
from tui.widgets.colourless import Colourless
from tui.widgets.findings_page import FindingsPage, FindingsScreen
from tui.widgets.footer import Footer
from tui.widgets.glyphs import Glyphs
from tui.widgets.header import Header, Status
from tui.widgets.line import Colours, Look, look
from tui.widgets.menu import Choice, MenuPage, MenuScreen
from tui.widgets.page import PageScreen
from tui.widgets.prompt import Question
from tui.widgets.time_line import TimeLine

WIDE = 110
"""From this many cells on, histograms stand beside the rows."""
SAID_S = 6.0
"""How long a remark stays, in seconds."""
GONE = "the collector is gone: what was seen can be looked at and recorded, q leaves"
ON_DISKS = ("stage", "marks")
"""What only disks have, and what is done to them from wherever the focus is."""


class Ebtop(App[None]):
    """The app over a source, and the host of its actions (see `tui.host`).

    Once it has ended, `outcome` is the line to print, if any, and the exit code.

    setup    what is set by files and flags
    cost     share of a core that this process used since the last call
    """

    CSS_PATH = colours.directory() / "ebtop.tcss"
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012  as Textual declares it

    def __init__(
        self,
        source: Source,
        setup: Setup,
        glyphs: Glyphs,
        cost: Callable[[], float],
    ) -> None:
        super().__init__(driver_class=Driver)
        self.source, self._setup, self._glyphs, self._cost = source, setup, glyphs, cost
        self._colours: Colours = (
            "none" if self.no_color else "few" if self.console.color_system == "standard" else "many"
        )
        self.outcome = ("", 0)
        self.history = History(source.hello, setup.settings.history_s, setup.settings.history_bytes)
        self.keymap = keys.Keymap((*keys.COMMANDS, *keys.toggles(source.hello.probes)), setup.settings.keymap)
        self._notice, self._said = "", ("", False)
        self._silence, self._over = Silence(time.monotonic()), False
        self._quiet: Timer | None = None
        for name, made in setup.themes.items():
            self.register_theme(_for_textual(name, made))
        self.theme = setup.theme

    # What is on the screen

    def compose(self) -> ComposeResult:
        """See App."""
        # A recording is another machine's: it is not looked at as this one is.
        layout = self._setup.layout if self.source.live else Layout()
        columns = self._setup.settings.columns
        self._frame = Frame(self.shown_look, self.history.view.probes, self.keymap, columns, layout)
        self._arrangement, self._pane = self._frame.arrangement, self.panes[0]
        self._actions = self._make_actions()
        for pane in self.panes:
            if isinstance(pane, BlockPane):
                pane.seek = self._travel.seek
        header = Header(self.shown_look, self._status(self.history.view))
        return self._frame.compose(header, TimeLine(self.shown_look, self.history.tape, self._travel.look_at))

    def on_mount(self) -> None:
        """Begin."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self.exit)
        loop.set_exception_handler(self._failed)
        self.app_resume_signal.subscribe(self, lambda _: self.refresh(layout=True))
        self._arrangement.focus(self._arrangement.zoomed or next(iter(self._arrangement.present), self._pane))
        self._arrangement.apply()
        for warning in self._setup.warnings:
            self.say(warning, bad=True)
        self._filtering.begin_with(self._setup.filter)
        self.source.start(self)
        if self.source.live:
            self.set_interval(1.0, self._listen)
        self.call_after_refresh(settle_memory)

    def on_unmount(self) -> None:
        """Nothing more is shown."""
        self.source.stop()
        if self.source.live:
            self._appearance.keep_layout()
        if (recorded := self._recording.finish()) and not self.outcome[0]:
            self.outcome = (recorded, 0)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """See App, where NO_COLOR means grey."""
        return [Colourless()] if self._colours == "none" else super().get_line_filters()

    def on_resize(self, event: events.Resize) -> None:
        """See Frame."""
        self._frame.fit(event.size.height)

    @property
    def panes(self) -> Sequence[Pane]:
        """See Host."""
        return self._frame.panes

    @property
    def shown_look(self) -> Look:
        """See Host."""
        return look(self._setup.themes[self.theme], self._glyphs, self._colours)

    @property
    def pane(self) -> Pane:
        """See Host."""
        if isinstance(self.focused, Pane):
            self._pane = self.focused
        return self._pane

    def show(self) -> None:
        """See Host."""
        view = self.history.view
        if self._frame.show(view):
            self.call_next(self._arrangement.apply)
        self._show_header()
        match self.screen:
            case SubjectScreen() as page:
                page.show(view, held=self.history.paused)
            case FindingsScreen() as page:
                page.query_one(FindingsPage).show(view.findings, view.past, view.tick.time if view.tick else 0)
        self._show_time_line()

    def _show_header(self) -> None:
        self._frame.header.show(self._status(self.history.view))

    def _show_time_line(self) -> None:
        shown = self.history.paused or not self.source.live
        self._frame.time_line.set_class(shown, "-shown")
        if shown:
            self._frame.time_line.show(self._travel.moment)

    def _status(self, view: View) -> Status:
        recorded = view.tick.filter if view.tick else ""
        return Status(
            hello=self.source.hello,
            tick=view.tick,
            filter=self._filtering.now.text or recorded,
            paused=self._travel.standing,
            live=self.source.live,
            notice=self._notice,
            said=self._said,
            ui_share=self._cost(),
            lost=sum(probe.counts.lost for probe in view.probes),
            over=sum(probe.counts.over_budget for probe in view.probes),
            interval_s=self._session.interval_s,
            since=self._travel.since,
            speed=self.source.speed,
            recording=self._recording.size,
        )

    # What the source tells

    def tick(self, snapshot: Snapshot) -> None:
        """See Sink."""
        self.passed(snapshot)
        self.show()

    def passed(self, snapshot: Snapshot) -> None:
        """See Sink."""
        self._silence.heard(time.monotonic())
        self._filtering.adopt(snapshot.filter)
        self.history.add(snapshot, live=self.source.live)
        self._recording.took()

    def restart(self) -> None:
        """See Sink."""
        self._notice = ""
        self.history.clear()

    def finished(self, notice: str) -> None:
        """See Sink."""
        self._notice = notice or "the recording ends here"
        self.show()

    def answered(self, answer: Answer) -> None:
        """See Sink."""
        if isinstance(self.screen, SubjectScreen):
            self.screen.hear(answer)

    def ended(self, reason: str) -> None:
        """See Sink: what was seen can still be looked at, and is recorded where it is asked for."""
        self.outcome = (reason, 1 if reason else 0)
        if reason and self.history.view.tick:
            self._over, self._notice = True, reason
            self.show()
        else:
            self.exit()

    def _listen(self) -> None:
        """Say so where nothing comes."""
        said = "" if self._over else self._silence.notice(time.monotonic(), self._session.interval_s)
        if not self._over and said != self._notice:
            self._notice = said
            self._show_header()

    def _failed(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """A bug while a tick is taken in is one like all others; asyncio would only log it."""
        if "handle" in context and isinstance(error := context.get("exception"), Exception):
            self._handle_exception(error)
        else:
            loop.default_exception_handler(context)

    def _fatal_error(self) -> None:
        """Textual's way out after a bug of ours: it would print pages of traceback; a line must do."""
        self.outcome = (f"a bug, please report it: {self._exception!r}", 1)
        self._close_messages_no_wait()

    # What the user asks for

    def _make_actions(self) -> Actions:
        self._appearance = Appearance(self, self._setup, self._arrangement, self._put_on)
        self._session = Session(self, self._arrangement)
        self._filtering = Filtering(self, self.set_timer)
        self._searching = Searching(self)
        self._travel = Travel(self, self.set_timer, self._focus_time_line)
        self._recording = Recording(self, self.set_timer)
        moves = {
            "down": lambda: self.pane.scroll_lines(1),
            "up": lambda: self.pane.scroll_lines(-1),
            "page-down": lambda: self.pane.scroll_pages(1),
            "page-up": lambda: self.pane.scroll_pages(-1),
            "top": lambda: self.pane.scroll_top(),  # noqa: PLW0108  it may be another pane by then
            "bottom": lambda: self.pane.scroll_bottom(),  # noqa: PLW0108
        }
        return {
            "quit": self.exit,
            "back": self._back,
            "focus-next": self.action_focus_next,
            "focus-previous": self.action_focus_previous,
            **moves,
            **self._appearance.actions,
            **self._session.actions,
            **self._filtering.actions,
            **self._searching.actions,
            **Opening(self, self._filtering.add).actions,
            **self._travel.actions,
            **self._recording.actions,
            **Evidence(self, self.export_screenshot, self.copy_to_clipboard).actions,
            **Pages(self, self.keymap, lambda: self._where).actions,
        }

    async def on_event(self, event: events.Event) -> None:
        """Keys go to the prompt while it is open and to commands otherwise, in the order in which they were typed.

        Textual would send them through the queues of widgets, where the `q` of a name that is typed fast overtakes the
        `f` that opens the line.
        """
        if not isinstance(event, events.Key) or len(self.screen_stack) > 1:
            await super().on_event(event)
        elif self.focused is self._frame.prompt:
            self._frame.prompt.press(event.key, event.character)
        elif command := self.keymap.find(event.key, self._where):
            self.command(command)

    def command(self, command: str) -> None:
        """See Host: what is not for the screen is for its panes."""
        if self._over and command in self._session.actions:
            self.say(GONE, bad=True)
        elif action := self._actions.get(command):
            action()
        elif command in ON_DISKS:
            self._act_on_disks(command)
        elif command:
            self.pane.act(command)

    def action_focus_next(self) -> None:
        """Textual's own name for Tab: the time line, where there is one, comes after the last pane."""
        last = self.pane is self._arrangement.present[-1] and not self._on_time_line
        if last and self._frame.time_line.has_class("-shown"):
            self._focus_time_line(True)
        else:
            self._arrangement.step(self.pane, 1)

    def action_focus_previous(self) -> None:
        """Textual's own name for Shift+Tab; from the time line it leads back to the pane that had the focus."""
        self._arrangement.step(self.pane, 0 if self._on_time_line else -1)

    @property
    def _on_time_line(self) -> bool:
        return self.focused is self._frame.time_line

    @property
    def _where(self) -> Sequence[Where]:
        """What commands apply to: those of the time line come first where it has the focus."""
        return ("time", *self.pane.where) if self._on_time_line else self.pane.where

    def _focus_time_line(self, given: bool) -> None:
        if given:
            self.screen.set_focus(self._frame.time_line)
        elif self._on_time_line:
            self.screen.set_focus(self.pane)

    def _back(self) -> None:
        if not self._searching.forget() and not self._travel.back() and not self.pane.back():
            self._filtering.pop()

    @on(Footer.Chosen)
    def _footer_clicked(self, event: Footer.Chosen) -> None:
        self.command(event.command)

    @on(Pane.Toggled)
    def _title_clicked(self, event: Pane.Toggled) -> None:
        self.command(f"toggle-{event.number}")

    @on(Pane.Asked)
    def _asked_by_pane(self, event: Pane.Asked) -> None:
        self.command(event.command)

    @on(Pane.Counting)
    def _counting_for_pane(self, event: Pane.Counting) -> None:
        self.source.send(SetTallies(event.probe, event.on))

    @on(events.Click, "#findings-line")
    def _findings_clicked(self) -> None:
        self.command("findings")

    def _act_on_disks(self, command: str) -> None:
        if found := next((pane for pane in self._arrangement.present if isinstance(pane, BlockPane)), None):
            self._arrangement.focus(found)
            found.act(command)

    def _put_on(self, theme: str) -> None:
        self.theme = theme
        self._frame.put_on(self.shown_look)

    # What actions ask for: see Host

    def say(self, line: str, *, bad: bool = False) -> None:
        """See Host."""
        self._said = (line, bad)
        if self._quiet:
            self._quiet.stop()
        self._quiet = self.set_timer(SAID_S, lambda: self.say("")) if line else None
        self._show_header()

    def ask(self, question: Question, text: str = "") -> None:
        """See Host."""
        before = self._frame.time_line if self._on_time_line else self.pane

        def done(kept: bool) -> None:
            self._frame.prompt.remove_class("-open")
            self.screen.set_focus(before)
            question.done(kept)

        self._frame.prompt.begin(question._replace(done=done), text)
        self._frame.prompt.add_class("-open")
        self.screen.set_focus(self._frame.prompt)

    def choose(self, title: str, choices: Sequence[Choice], chosen: Callable[[str], None]) -> None:
        """See Host."""
        page = MenuPage(self.shown_look, title, choices)
        self.push_screen(MenuScreen(page), lambda choice: chosen(choice) if choice else None)

    def told(self) -> None:
        """See Host."""
        self._frame.prompt.redraw()

    def later(self, call: Callable[[], None]) -> None:
        """See Host."""
        self.call_after_refresh(call)

    def open_page(self, screen: PageScreen) -> None:
        """See Host."""
        self.push_screen(screen, lambda command: self.command(command or ""))


def _for_textual(name: str, made: colours.Theme) -> TextualTheme:
    """What Textual needs of a theme: all else is drawn here."""
    return TextualTheme(
        name=name,
        primary=made.focus,
        foreground=made.text,
        background=made.background,
        surface=made.background,
        panel=made.band,
        dark=made.dark,
    )
