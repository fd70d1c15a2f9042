"""The screen: takes in what a source tells, hands it to the panes, and does what keys and the mouse ask for."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Mapping
from functools import partial

from rich.console import Console
from textual import events, on
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.containers import Container
from textual.theme import Theme as TextualTheme

from probes.filter import Filter
from probes.snapshot import SetInterval, Snapshot, Toggle
from tui import keys
from tui import theme as colours
from tui.filtering import Filtering
from tui.hangup import leave_when_hung_up
from tui.history import History, View
from tui.own import OwnCost, settle_memory
from tui.panes.arrangement import Arrangement
from tui.panes.block.pane import BlockPane
from tui.panes.pane import Pane
from tui.panes.rows import RowPane
from tui.source import Source
from tui.widgets.filter_line import FilterLine
from tui.widgets.findings_line import FindingsLine
from tui.widgets.findings_page import FindingsPage, FindingsScreen
from tui.widgets.footer import Footer
from tui.widgets.glyphs import Glyphs, for_terminal
from tui.widgets.header import Header, Status
from tui.widgets.help import HelpPage, HelpScreen
from tui.widgets.line import Look, look

INTERVALS_S = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
WIDE, TALL = 110, 30
"""From this many cells on, histograms stand beside the rows; from this many lines on, panes have frames."""


class Ebtop(App[None]):
    """The app over a source. Once it has ended, `outcome` is the line to print, if any, and the exit code.

    themes   by name, in the order in which a key goes through them; `chosen` is the first
    cost     share of a core that this process used since the last call
    """

    CSS_PATH = colours.directory() / "ebtop.tcss"
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012  as Textual declares it
    BINDINGS = [  # noqa: RUF012  as Textual declares it
        *(
            Binding(
                ",".join(command.keys),
                f"command('{command.id}')",
                command.title,
                id=command.id,
                show=False,
                priority=True,
            )
            for command in keys.COMMANDS
        ),
        *(Binding(str(n), f"command('toggle-{n}')", show=False, priority=True) for n in range(1, keys.MOST_PROBES + 1)),
    ]

    def __init__(
        self,
        source: Source,
        themes: Mapping[str, colours.Theme],
        chosen: str,
        glyphs: Glyphs,
        cost: Callable[[], float],
    ) -> None:
        super().__init__()
        self._source, self._themes, self._glyphs, self._cost = source, themes, glyphs, cost
        self.outcome = ("", 0)
        self.history = History(source.hello)
        self._interval_s = source.hello.interval_s
        self._filtering = Filtering(source, self._filter_chosen, self.set_timer)
        self._notice = ""
        self._commands = (*keys.COMMANDS, *keys.toggles(source.hello.probes))
        self._actions = self._make_actions()
        for name, made in themes.items():
            self.register_theme(_for_textual(name, made))
        self.theme = chosen

    # What is on the screen

    def compose(self) -> ComposeResult:
        """See App."""
        shown = self._look()
        self._header = Header(shown, self._status(self.history.view))
        self._findings_line = FindingsLine(shown)
        self._panes: list[Pane] = [
            (BlockPane if probe.info.view == "latency" else RowPane)(shown, probe, number)
            for number, probe in enumerate(self.history.view.probes, 1)
        ]
        self._filter_line = FilterLine(shown, self._filtering.typed, self._filter_done)
        ranked = sorted((command for command in self._commands if command.footer), key=lambda command: command.footer)
        with_probes = [*ranked[:1], *keys.toggles(self._source.hello.probes), *ranked[1:]]
        self._footer = Footer(shown, with_probes)
        tables = Container(*(pane for pane in self._panes if isinstance(pane, RowPane)), id="tables")
        graphs = Container(*(pane for pane in self._panes if isinstance(pane, BlockPane)), id="graphs")
        self._arrangement = Arrangement(self._panes, (tables, graphs))
        yield self._header
        yield self._findings_line
        yield Container(tables, graphs, id="panes")
        yield self._filter_line
        yield self._footer

    def on_mount(self) -> None:
        """Begin."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self.exit)
        if self._panes:
            self._panes[0].focus()
        self._arrangement.apply()
        self._source.start(self)
        self.call_after_refresh(settle_memory)

    def on_unmount(self) -> None:
        """Nothing more is shown."""
        self._source.stop()

    def on_resize(self, event: events.Resize) -> None:
        """Frames need room."""
        for pane in self._panes:
            pane.boxed = event.size.height >= TALL
            pane.set_class(pane.boxed, "-boxed")

    def _look(self) -> Look:
        return look(self._themes[self.theme], self._glyphs)

    def _show(self) -> None:
        """Draw what there is to be seen now."""
        view = self.history.view
        for pane, probe in zip(self._panes, view.probes, strict=True):
            if probe.state != pane.view.state:
                pane.set_class(probe.state == "off", "-off")
                self.call_next(self._arrangement.apply)
            pane.show(probe)
        self._header.show(self._status(self.history.present if self.history.paused else view))
        self._show_findings(view)

    def _show_findings(self, view: View) -> None:
        now = view.tick.time if view.tick else 0
        self._findings_line.show(view.findings, now)
        self._findings_line.set_class(bool(view.findings), "-found")
        if isinstance(self.screen, FindingsScreen):
            self.screen.query_one(FindingsPage).show(view.findings, view.past, now)

    def _status(self, view: View) -> Status:
        recorded = view.tick.filter if view.tick else ""
        return Status(
            hello=self._source.hello,
            tick=view.tick,
            filter=self._filtering.now.text or recorded,
            paused=self.history.paused,
            live=self._source.live,
            notice=self._notice,
            ui_share=self._cost(),
            lost=sum(probe.counts.lost for probe in view.probes),
            over=sum(probe.counts.over_budget for probe in view.probes),
            interval_s=self._interval_s,
        )

    # What the source tells

    def tick(self, snapshot: Snapshot) -> None:
        """See Sink."""
        self._filtering.adopt(snapshot.filter)
        self.history.add(snapshot, live=self._source.live)
        self._show()

    def restart(self) -> None:
        """See Sink."""
        self.history.clear()

    def finished(self, notice: str) -> None:
        """See Sink."""
        self._notice = notice or "the recording ends here"
        self._show()

    def ended(self, reason: str) -> None:
        """See Sink."""
        self.outcome = (reason, 1 if reason else 0)
        self.exit()

    def _fatal_error(self) -> None:
        """Textual's way out after a bug of ours: it would print pages of traceback; a line must do."""
        self.outcome = (f"a bug, please report it: {self._exception!r}", 1)
        self._close_messages_no_wait()

    # What the user asks for

    def _make_actions(self) -> dict[str, Callable[[], None]]:
        return {
            "quit": self.exit,
            "help": self._help,
            "pause": self._pause,
            "filter": self._edit_filter,
            "filter-clear": lambda: self._filtering.choose(Filter()),
            "faster": lambda: self._change_interval(-1),
            "slower": lambda: self._change_interval(1),
            "zoom": lambda: self._arrangement.zoom(self._focused()),
            "findings": self._findings,
            "theme": self._next_theme,
            "focus-next": self.action_focus_next,
            "focus-previous": self.action_focus_previous,
            "down": lambda: self._focused().scroll_lines(1),
            "up": lambda: self._focused().scroll_lines(-1),
            "page-down": lambda: self._focused().scroll_pages(1),
            "page-up": lambda: self._focused().scroll_pages(-1),
            "top": lambda: self._focused().scroll_top(),
            "bottom": lambda: self._focused().scroll_bottom(),
            **{name: partial(self._act, name) for name in ("open", "back", "left", "right", "first", "last")},
            **{name: partial(self._act_on_disks, name) for name in ("view", "view-back", "op", "stage", "marks")},
            **{f"toggle-{n}": partial(self._toggle, n - 1) for n in range(1, len(self._source.hello.probes) + 1)},
        }

    async def on_event(self, event: events.Event) -> None:
        """Keys go to the filter line while it is open and to commands otherwise, in the order in which they were typed.

        Textual would send them through the queues of widgets, where the `q` of a name that is typed fast overtakes the
        `f` that opens the line.
        """
        if isinstance(event, events.Key) and self._typing:
            self._filter_line.press(event.key, event.character)
        else:
            await super().on_event(event)

    @property
    def _typing(self) -> bool:
        return self.focused is not None and self.focused is self._filter_line

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """See App: a page on top of the screen has its own keys."""
        return action != "command" or len(self.screen_stack) == 1

    def action_command(self, command: str) -> None:
        """Do what a key is bound to."""
        if action := self._actions.get(command):
            action()

    def action_focus_next(self) -> None:
        """Textual's own name for Tab."""
        self._arrangement.step(self._focused(), 1)

    def action_focus_previous(self) -> None:
        """Textual's own name for Shift+Tab."""
        self._arrangement.step(self._focused(), -1)

    @on(Footer.Chosen)
    def _footer_clicked(self, event: Footer.Chosen) -> None:
        self.action_command(event.command)

    @on(Pane.Toggled)
    def _title_clicked(self, event: Pane.Toggled) -> None:
        self._toggle(event.number - 1)

    def _help(self) -> None:
        page = HelpPage(self._look(), self._commands, self._source.hello.probes)
        self.push_screen(HelpScreen(page), lambda command: self.action_command(command or ""))

    def _findings(self) -> None:
        view = self.history.view
        page = FindingsPage(self._look(), view.findings, view.past, view.tick.time if view.tick else 0)
        self.push_screen(FindingsScreen(page))

    @on(events.Click, "#findings-line")
    def _findings_clicked(self) -> None:
        self._findings()

    def _pause(self) -> None:
        if self.history.paused:
            self.history.release()
        else:
            self.history.hold()
        self._source.pause(self.history.paused)
        self._show()

    def _toggle(self, index: int) -> None:
        pane = self._panes[index]
        if not self._source.live:
            self._arrangement.hide_or_show(pane)
            return
        turn_on = pane.view.state in ("off", "failed")
        pane.expect(turn_on)
        self._source.send(Toggle(pane.view.info.id, turn_on))

    def _focused(self) -> Pane:
        return self.focused if isinstance(self.focused, Pane) else self._panes[0]

    def _act(self, command: str) -> None:
        self._focused().act(command)

    def _act_on_disks(self, command: str) -> None:
        """What only disks have: from wherever the focus is."""
        if found := next((pane for pane in self._arrangement.present if isinstance(pane, BlockPane)), None):
            self._arrangement.focus(found)
            found.act(command)

    def _change_interval(self, step: int) -> None:
        nearest = min(range(len(INTERVALS_S)), key=lambda at: abs(INTERVALS_S[at] - self._interval_s))
        chosen = INTERVALS_S[min(max(nearest + step, 0), len(INTERVALS_S) - 1)]
        if self._source.live and chosen != self._interval_s:
            self._interval_s = chosen
            self._source.send(SetInterval(chosen))
            self._show()

    def _next_theme(self) -> None:
        names = list(self._themes)
        self.theme = names[(names.index(self.theme) + 1) % len(names)]
        for canvas in (self._header, self._findings_line, self._footer, self._filter_line, *self._panes):
            canvas.look = self._look()

    # The filter

    def _edit_filter(self) -> None:
        self._filtering.begin()
        self._before = self._focused()
        self._filter_line.begin(self._filtering.now.text)
        self._filter_line.add_class("-open")
        self.screen.set_focus(self._filter_line)

    def _filter_done(self, kept: bool) -> None:
        if not kept:
            self._filtering.take_back()
        self._filter_line.remove_class("-open")
        self.screen.set_focus(self._before)

    def _filter_chosen(self, chosen: Filter) -> None:
        self.history.select(chosen)
        self._show()


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


def run(source: Source, *, theme: str) -> int:
    """Show a session until it ends or the user leaves; the exit code. Raises ThemeError."""
    app = Ebtop(source, colours.load_all(), theme, _glyphs(), OwnCost())
    leave_when_hung_up(sys.__stdin__.fileno() if sys.__stdin__ else 0)
    app.run()
    line, code = app.outcome
    if line:
        print(f"ebtop: {line}", file=sys.stderr)
    return code


def _glyphs() -> Glyphs:
    """What the terminal can show."""
    terminal = Console(file=sys.__stderr__, force_terminal=True)
    encoding = getattr(sys.__stderr__, "encoding", None)
    return for_terminal(encoding, terminal.color_system, colourless=bool(os.environ.get("NO_COLOR")))
