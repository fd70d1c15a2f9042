"""The filter line: what is typed takes effect while it is typed; what is wrong is said where it is wrong."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from textual import events
from textual.strip import Strip

from probes.filter import FilterError
from tui import text as safe_text
from tui.widgets.canvas import Canvas
from tui.widgets.line import Line, Look

HEIGHT = 2
PROMPT = " filter: "
HINT = "pid:1,2  ppid:1  comm:part  comm=name  user:name  ! negates   Enter keeps it, Esc takes it back"
MOST_CHARACTERS = 1000


class Edit(msgspec.Struct, frozen=True):
    """A line being typed; `at` is the index of the character under the caret."""

    text: str = ""
    at: int = 0


def edited(edit: Edit, key: str, character: str | None) -> Edit:
    """The line after a key; the same one if the key does not edit."""
    text, at = edit.text, edit.at
    word = len(text[:at].rstrip().rpartition(" ")[0])
    word += 1 if word else 0
    moves = {
        "left": Edit(text, max(at - 1, 0)),
        "right": Edit(text, min(at + 1, len(text))),
        "home": Edit(text, 0),
        "ctrl+a": Edit(text, 0),
        "end": Edit(text, len(text)),
        "ctrl+e": Edit(text, len(text)),
        "backspace": Edit(text[: max(at - 1, 0)] + text[at:], max(at - 1, 0)),
        "delete": Edit(text[:at] + text[at + 1 :], at),
        "ctrl+u": Edit(text[at:], 0),
        "ctrl+k": Edit(text[:at], at),
        "ctrl+w": Edit(text[:word] + text[at:], word),
    }
    if key in moves:
        return moves[key]
    return inserted(edit, character) if character and character.isprintable() else edit


def inserted(edit: Edit, text: str) -> Edit:
    """The line after text was typed or pasted; what cannot be in a line becomes a blank."""
    clean = "".join(character if character.isprintable() else " " for character in text)
    clean = clean[: MOST_CHARACTERS - len(edit.text)]
    return Edit(edit.text[: edit.at] + clean + edit.text[edit.at :], edit.at + len(clean))


class FilterLine(Canvas, can_focus=True):
    """Two lines above the footer, shown while a filter is being typed.

    typed  called with the text whenever it changes; what it returns is said to be wrong with the text
    done   called with True for Enter, False for Esc
    Both are called at once, not by message: the key after Enter may have been typed already, and is a command.
    """

    def __init__(self, look: Look, typed: Callable[[str], FilterError | None], done: Callable[[bool], None]) -> None:
        super().__init__(look, id="filter-line")
        self._typed, self._done = typed, done
        self._edit = Edit()
        self._error: FilterError | None = None

    @property
    def text(self) -> str:
        """What is typed so far."""
        return self._edit.text

    def begin(self, text: str) -> None:
        """Start from that filter."""
        self._edit, self._error = Edit(text, len(text)), None
        self.redraw()

    def draw(self, width: int, height: int) -> list[Strip]:
        """See Canvas."""
        room = width - len(PROMPT) - 1
        start = max(self._edit.at - room, 0)
        before, rest = self._edit.text[start : self._edit.at], self._edit.text[self._edit.at :]
        line = Line(self.look, width, "typed").put(PROMPT, "key").put(before)
        line.put(rest[:1] or " ", "caret").put(rest[1:])
        return [line.strip(), self._message(width, start)]

    def _message(self, width: int, start: int) -> Strip:
        if self._error is None:
            return Line(self.look, width).pad(len(PROMPT)).put(HINT, "dim").strip()
        before = safe_text.width(safe_text.safe(self._edit.text[start : max(self._error.position, start)]))
        message = f"{self.look.glyphs.mark} {self._error}"
        at = min(len(PROMPT) + before, max(width - safe_text.width(message) - 1, 0))
        return Line(self.look, width).pad(at).put(message, "bad").strip()

    def press(self, key: str, character: str | None) -> None:
        """Edit, or end."""
        if key in ("enter", "escape", "ctrl+c"):
            self._done(key == "enter")
        else:
            self._become(edited(self._edit, key, character))

    def on_paste(self, event: events.Paste) -> None:
        """Insert what the terminal pastes."""
        event.stop()
        self._become(inserted(self._edit, event.text))

    def _become(self, edit: Edit) -> None:
        changed = edit.text != self._edit.text
        self._edit = edit
        if changed:
            self._error = self._typed(edit.text)
        self.redraw()
