"""The screen: shows what a source tells, and has done what keys and the mouse ask for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from textual import events, on
from textual.app import App, ComposeResult
from textual.filter import LineFilter
from textual.timer import Timer

from probes.controls import SetTallies
from probes.snapshot import Answer
from tui import keys
from tui import theme as colours
from tui.dispatch import Dispatch
from tui.driver import Driver
from tui.feed import Feed
from tui.focus import Focus
from tui.frame import Frame
from tui.hints import Scene
from tui.history import History
from tui.own import settle_memory
from tui.pages.subject_pages import SubjectPages
from tui.panes.block.pane import BlockPane
from tui.panes.log_pane import LogPane
from tui.panes.pane import Pane
from tui.settings.kept import Layout
from tui.settings.setup import Setup
from tui.source import Source
from tui.status import status
from tui.subject import named
from tui.widgets.colourless import Colourless
from tui.widgets.findings_page import FindingsPage, FindingsScreen
from tui.widgets.footer import Footer
from tui.widgets.glyphs import Glyphs
from tui.widgets.header import Header, Status
from tui.widgets.line import Colours, Look, look
from tui.widgets.menu import Choice, MenuPage, MenuScreen
from tui.widgets.overlay import Overlay
from tui.widgets.page import PageScreen
from tui.widgets.prompt import Question
from tui.widgets.time_line import TimeLine

WIDE = 110
"""From this many cells on, histograms stand beside the rows."""
SAID_S = 6.0
"""How long a remark stays, in seconds."""
GONE = "the collector is gone: what was seen can be looked at and recorded, {} leaves"


class Ebtop(App[None]):
    """The app over a source, and the host of its actions (see `tui.host`).

    Once it has ended, `outcome` is the line to print, if any, and the exit code.

    setup    what is set by files and flags
    cost     share of a core that this process used since the last call
    """

    CSS_PATH = colours.directory() / "ebtop.tcss"
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012  as Textual declares it

    def __init__(self, source: Source, setup: Setup, glyphs: Glyphs, cost: Callable[[], float]) -> None:
        super().__init__(driver_class=Driver)
        self.source, self._setup, self._glyphs = source, setup, glyphs
        self._colours: Colours = (
            "none" if self.no_color else "few" if self.console.color_system == "standard" else "many"
        )
        self.outcome = ("", 0)
        self.history = History(source.hello, setup.settings.history_s, setup.settings.history_bytes)
        self.keymap = keys.Keymap((*keys.COMMANDS, *keys.toggles(source.hello.probes)), setup.settings.keymap)
        self._said: tuple[str, bool] = ("", False)
        self._quiet: Timer | None = None
        for name, made in setup.themes.items():
            self.register_theme(colours.for_textual(name, made))
        self.theme = setup.theme
        # A recording is another machine's: it is not looked at as this one is.
        layout = setup.layout if source.live else Layout()
        self._frame = Frame(self.shown_look, self.history.view.probes, self.keymap, setup.settings.columns, layout)
        self._focus = Focus(self, self._frame)
        self._dispatch = Dispatch(self, setup, self.keymap, self._frame.arrangement, self._focus)
        self._feed = Feed(self, self._dispatch, cost, self._hear, self._leave)
        for pane in self.panes:
            if isinstance(pane, BlockPane):
                pane.seek = self._dispatch.travel.seek

    # What is on the screen

    def compose(self) -> ComposeResult:
        """See App."""
        header = Header(self.shown_look, self._status())
        time_line = TimeLine(self.shown_look, self.history.tape, self.source.outline, self._dispatch.travel.go)
        return self._frame.compose(header, time_line)

    def on_mount(self) -> None:
        """Begin."""
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(self._failed)
        self.app_resume_signal.subscribe(self, lambda _: self.refresh(layout=True))
        self._focus.begin(self._setup.settings.probes if self.source.live else None)
        self._frame.arrangement.apply()
        if self._setup.warned:
            self.say(self._setup.warned, bad=True)
        self._dispatch.filtering.begin_with(self._setup.filter)
        self.source.start(self._feed)
        if self.source.live:
            self.set_interval(1.0, self._feed.listen)
        self.call_after_refresh(settle_memory)

    def on_unmount(self) -> None:
        """Nothing more is shown."""
        self.source.stop()
        if self.source.live:
            self._dispatch.appearance.keep_layout()
        if (recorded := self._dispatch.recording.finish()) and not self.outcome[0]:
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
        return self._focus.pane

    @property
    def page(self) -> SubjectPages | None:
        """See Host."""
        return self._frame.page

    def put_page(self, page: SubjectPages | None) -> None:
        """See Host."""
        self._frame.put_page(page)

    def show(self) -> None:
        """See Host."""
        view = self.history.view
        self._show_time_line()
        if self._frame.show(view, self.history.present):
            self.call_next(self._frame.arrangement.apply)
        self._show_header()
        if self._frame.typing:
            self._frame.prompt.redraw()
        if self.page:
            self.page.show(view, held=self.history.paused)
        if isinstance(self.screen, FindingsScreen):
            now = view.tick.time if view.tick else 0
            self.screen.query_one(FindingsPage).show(view.findings, view.past, now)
        self._show_footer()

    def _show_header(self) -> None:
        self._frame.header.show(self._status())

    def _status(self) -> Status:
        return status(self, self._dispatch, self._feed, self._said)

    def _show_time_line(self) -> None:
        shown = self.history.paused or not self.source.live
        self._frame.see(self._frame.time_line, shown)
        if shown:
            self._frame.time_line.show(self._dispatch.travel.moment)

    def _show_footer(self) -> None:
        if len(self.screen_stack) > 1:
            return
        travel, recording = self._dispatch.travel, self._dispatch.recording
        opens, where = named(self.pane.subject), tuple(self._focus.where)
        self._frame.footer.show(Scene(where, opens, self.source.live, travel.standing, recording.size is not None))

    # What becomes of the session

    def _hear(self, answer: Answer) -> None:
        """Only a page asks."""
        if self.page:
            self.page.hear(answer)

    def _leave(self, reason: str) -> None:
        """The collector is gone: nobody leaves by that who has something to look at."""
        self.outcome = (reason, 1 if reason else 0)
        if not self._feed.over:
            self.exit()

    def _failed(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """A bug while a tick is taken in is one like all others; asyncio would only log it."""
        if "handle" in context and isinstance(error := context.get("exception"), Exception):
            self._handle_exception(error)
        else:
            loop.default_exception_handler(context)

    def panic(self, *_renderables: object) -> None:
        """Textual's way out after a bug of its own, with pages of traceback as well."""
        self.outcome = ("a bug, please report it: what the terminal said was not understood", 1)
        self._close_messages_no_wait()

    def _fatal_error(self) -> None:
        """Textual's way out after a bug of ours: it would print pages of traceback; a line must do."""
        self.outcome = (f"a bug, please report it: {self._exception!r}", 1)
        self._close_messages_no_wait()

    # What the user asks for

    async def on_event(self, event: events.Event) -> None:
        """Keys go to what lies over everything else, to the prompt while it is open and to commands otherwise, in the
        order in which they were typed.

        Textual would send them through the queues of widgets, where the `q` of a name that is typed fast overtakes the
        `f` that opens the line, and a key the Esc before it that closes a page.
        """
        if not isinstance(event, events.Key):
            await super().on_event(event)
        elif isinstance(self.screen, Overlay):
            self.screen.press(event.key, event.character)
        elif self._frame.typing:
            self._frame.prompt.press(event.key, event.character)
        elif command := self.keymap.find(event.key, self._focus.where):
            self.command(command)

    def command(self, command: str) -> None:
        """See Host."""
        if self._said[1] and not self.keymap.moves(command):
            self.say("")  # what failed before
        if self._feed.over and command in self._dispatch.session.actions:
            self.say(GONE.format(self.keymap.name("quit")), bad=True)
        elif not (self.page and self._dispatch.on_page(self.page, command)):
            self._dispatch.command(command)
        self._show_footer()

    def action_focus_next(self) -> None:
        """Textual's own name for Tab."""
        self._focus.go_on()

    def action_focus_previous(self) -> None:
        """Textual's own name for Shift+Tab."""
        self._focus.go_back()

    def on_descendant_focus(self, _event: events.DescendantFocus) -> None:
        """Other keys are of use where the focus is now."""
        self._show_footer()

    def on_click(self, _event: events.Click) -> None:
        """Another cell may be selected; what is typed goes on."""
        if self._frame.typing:
            self._focus.stay()
        self._show_footer()

    def _clicked(self, command: str) -> None:
        """What is being typed is left, as the keys would leave it."""
        if self._frame.typing:
            self._frame.prompt.leave()
        self.command(command)

    @on(Footer.Chosen)
    def _footer_clicked(self, event: Footer.Chosen) -> None:
        self._clicked(event.command)

    @on(Pane.Toggled)
    def _title_clicked(self, event: Pane.Toggled) -> None:
        self.command(f"toggle-{event.number}")

    @on(Pane.Asked)
    def _asked_by_pane(self, event: Pane.Asked) -> None:
        self._clicked(event.command)

    @on(Pane.Counting)
    def _counting_for_pane(self, event: Pane.Counting) -> None:
        self.source.send(SetTallies(event.probe, event.on))

    @on(LogPane.CaughtUp)
    def _caught_up(self) -> None:
        self.told()

    @on(events.Click, "#findings-line")
    def _findings_clicked(self) -> None:
        self._clicked("findings")

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
        prompt = self._frame.prompt

        def done(kept: bool) -> None:
            self._frame.see(prompt, False)
            give_back()
            question.done(kept)

        prompt.begin(question._replace(done=done), text)
        self._frame.see(prompt, True)
        give_back = self._focus.to_prompt()

    def choose(self, title: str, choices: Sequence[Choice], chosen: Callable[[str], None]) -> None:
        """See Host."""
        page = MenuPage(self.shown_look, title, choices)
        self.push_screen(MenuScreen(page), lambda choice: chosen(choice) if choice else None)

    def told(self) -> None:
        """See Host."""
        self._frame.prompt.redraw()
        self._frame.time_line.redraw()

    def put_on(self, theme: str) -> None:
        """See Host."""
        self.theme = theme
        self._frame.put_on(self.shown_look)

    def later(self, call: Callable[[], None]) -> None:
        """See Host."""
        self.call_after_refresh(call)

    def open_page(self, screen: PageScreen) -> None:
        """See Host."""
        self.push_screen(screen, lambda command: self.command(command or ""))
