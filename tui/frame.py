"""What is on the screen: the panes, and the lines above and below them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.app import ComposeResult
from textual.containers import Container

from tui.history import ProbeView, View
from tui.keys import Keymap
from tui.pages.subject_pages import SubjectPages
from tui.panes.arrangement import Arrangement
from tui.panes.block.pane import BlockPane
from tui.panes.pane import Pane
from tui.panes.rows.pane import RowPane
from tui.settings.kept import Layout
from tui.widgets.canvas import Canvas
from tui.widgets.findings_line import FindingsLine
from tui.widgets.footer import Footer
from tui.widgets.header import Header
from tui.widgets.line import Look
from tui.widgets.nothing import Nothing
from tui.widgets.prompt import Prompt
from tui.widgets.time_line import TimeLine

SEEN = "-seen"
TALL = 30
"""From this many lines on, panes have frames."""


class Frame:
    """Made before what acts on it; `compose` adds the two lines that tell what those do.

    columns  of the tables of probes, by their ids, where a user chose them
    layout   which panes are to be seen, and how
    """

    header: Header
    time_line: TimeLine
    page: SubjectPages | None = None

    def __init__(
        self,
        look: Look,
        probes: Sequence[ProbeView],
        keymap: Keymap,
        columns: Mapping[str, tuple[str, ...]],
        layout: Layout,
    ) -> None:
        self.panes: Sequence[Pane] = [
            BlockPane(look, keymap, probe, number)
            if probe.info.view == "latency"
            else RowPane(look, keymap, probe, number, columns.get(probe.info.id, ()))
            for number, probe in enumerate(probes, 1)
        ]
        toggles = [command for command in keymap.commands if command.group == "Probes"]
        self._nothing = Nothing(look, toggles)
        self._tables = Container(*(pane for pane in self.panes if isinstance(pane, RowPane)), id="tables")
        self._graphs = Container(*(pane for pane in self.panes if isinstance(pane, BlockPane)), id="graphs")
        self._body = Container(self._tables, self._graphs, self._nothing, id="panes")
        self.arrangement = Arrangement(self.panes, (self._tables, self._graphs), self._nothing)
        self.findings_line, self.prompt = FindingsLine(look, keymap.name("findings")), Prompt(look)
        self.footer = Footer(look, keymap)
        self.arrangement.restore(layout.zoomed)
        for pane in self.panes:
            pane.begin_with(layout.views.get(pane.view.info.id, ""))

    def compose(self, header: Header, time_line: TimeLine) -> ComposeResult:
        """All of it, from the top to the bottom."""
        self.header, self.time_line = header, time_line
        yield header
        yield self.findings_line
        yield self._body
        yield time_line
        yield self.prompt
        yield self.footer

    @property
    def typing(self) -> bool:
        """Whether something is typed: keys are letters."""
        return self.prompt.has_class(SEEN)

    def put_page(self, page: SubjectPages | None) -> None:
        """Lay a page over the panes, or take it away; it has keys of its own, which it tells itself."""
        if self.page:
            self.page.remove()
        if page:
            self._body.mount(page)
        self.page = page
        self.footer.display = page is None

    def fit(self, height: int) -> None:
        """Frames need room."""
        for pane in self.panes:
            pane.boxed = height >= TALL
            pane.set_class(pane.boxed, "-boxed")

    def see(self, line: Canvas, wanted: bool) -> None:
        """Findings, time line or prompt, or no longer: panes get another size, and are not drawn before that."""
        if wanted != line.has_class(SEEN):
            line.set_class(wanted, SEEN)
            for pane in self.panes:
                pane.forget()

    def show(self, view: View, present: View) -> bool:
        """Draw panes and findings; whether a probe went on or off, and the panes are to be arranged anew. `present` is
        what is so by now.
        """
        turned = False
        self.see(self.findings_line, bool(view.findings))
        for pane, probe, now in zip(self.panes, view.probes, present.probes, strict=True):
            pane.heard(now.state)
            if probe.state != pane.view.state:
                pane.set_class(probe.state == "off", "-off")
                turned = True
            pane.show(probe)
        self.findings_line.show(view.findings, view.tick.time if view.tick else 0)
        return turned

    def put_on(self, look: Look) -> None:
        """Draw everything in other colours."""
        lines = self.header, self.findings_line, self._nothing, self.time_line, self.prompt, self.footer
        for canvas in (*lines, *self.panes, *([self.page] if self.page else ())):
            canvas.look = look
