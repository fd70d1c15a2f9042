"""The prompt: a line above the footer into which a filter, a search or a time is typed.

What is typed takes effect while it is typed; what is wrong is said where it is wrong. Tab completes, the arrow keys go
through what was typed before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from textual import events
from textual.strip import Strip

from tui import text as safe_text
from tui.widgets.canvas import Canvas
from tui.widgets.edit import Edit, edited, inserted
from tui.widgets.line import Line, Look

HEIGHT = 2
MOST_CHOICES = 40


class Problem(NamedTuple):
    """What is wrong with a text, and the index of the character where."""

    message: str
    position: int = 0


class Completion(NamedTuple):
    """What could stand in the place of the characters from `start` to before `end`."""

    start: int
    end: int
    choices: tuple[str, ...]


def _nothing(_text: str, at: int) -> Completion:
    return Completion(at, at, ())


class Question(NamedTuple):
    """What is asked for.

    label     what stands before the text
    hint      what can be typed, told while nothing is wrong; see `tui.text.whole`
    typed     called with the text whenever it changes; what it returns is said to be wrong with the text
    done      called with True for Enter, False for Esc
    note      what the text does, told behind it as far as there is room: `12 rows`; see `tui.text.whole`
    complete  what could be typed at an index of the text
    past      what was typed before, the newest last
    """

    label: str
    hint: str
    typed: Callable[[str], Problem | None]
    done: Callable[[bool], None]
    note: Callable[[], str] = str
    complete: Callable[[str, int], Completion] = _nothing
    past: Sequence[str] = ()


class Prompt(Canvas, can_focus=True):
    """Two lines, shown while something is typed.

    A question's calls are made at once, not by message: the key after Enter may have been typed already, and is a
    command.
    """

    def __init__(self, look: Look) -> None:
        super().__init__(look, id="prompt")
        self._question = Question("", "", lambda _text: None, lambda _kept: None)
        self._edit = Edit()
        self._problem: Problem | None = None
        self._choices = Completion(0, 0, ())
        self._chosen: int | None = None
        self._past: list[str] = []
        self._at_past = 0

    @property
    def text(self) -> str:
        """What is typed so far."""
        return self._edit.text

    def begin(self, question: Question, text: str = "") -> None:
        """Ask, starting from that text."""
        self._question, self._problem = question, None
        self._edit = Edit(text, len(text))
        self._past = [*question.past, text]
        self._at_past = len(question.past)
        self._look_up()
        # What was drawn before it was hidden is not what the terminal has by now.
        self.forget()

    def draw(self, width: int, height: int) -> list[Strip]:
        """See Canvas."""
        label = f" {self._question.label}: "
        text, at = self._edit.text, self._edit.at
        note = self._note(width - len(label) - self._cells(text) - 4)
        room = width - len(label) - (len(note) + 2 if note else 0)
        under, start = text[at : at + 1] or " ", self._start(room)
        line = Line(self.look, width, "typed").put(label, "key").put(text[start:at]).put(under, "caret")
        line.put(line.clipped(text[at + 1 :], max(room + len(label) - 1 - line.x, 0)))
        if note and line.x + len(note) + 2 <= width:
            line.pad(width - len(note) - 1).put(note, "typed")
        return [line.strip(), self._below(width, start, range(len(label), len(label) + room))]

    def _start(self, room: int) -> int:
        """Index of the first character that is drawn: the caret is seen, and what is wrong too if both can be."""
        text, at = self._edit.text, self._edit.at
        start = self._first_before(at, room - self._cells(text[at : at + 1] or " "))
        if wrong := self._complained_of:
            end = self._first_before(wrong.position + 1, room - self._cells(self.look.glyphs.ellipsis))
            start = max(start, min(end, at))
        return start

    def _first_before(self, end: int, room: int) -> int:
        """Index from which on what is before `end` has so much room."""
        return safe_text.end(self._edit.text[:end], room, ascii_only=self.look.glyphs.ascii_only)

    def _cells(self, text: str) -> int:
        """How many are drawn of it."""
        return safe_text.width(safe_text.safe(text, ascii_only=self.look.glyphs.ascii_only))

    def _note(self, room: int) -> str:
        """What is told behind the text: what is most important, and as much more as there is room for."""
        note = self._question.note()
        return safe_text.whole(note, max(room, len(note.partition("  ")[0])))

    def _below(self, width: int, start: int, typed: range) -> Strip:
        """The line under what is typed, which begins with the character `start` and has those cells."""
        if problem := self._complained_of:
            return self._complaint(problem, width, start, typed)
        line = Line(self.look, width).pad(typed.start)
        if not self._choices.choices:
            return line.put(safe_text.whole(self._question.hint, line.room), "dim").strip()
        first = max((self._chosen or 0) - 1, 0)
        for at, choice in enumerate(self._choices.choices[first:], first):
            if at > first and safe_text.width(safe_text.safe(choice)) + 2 > line.room:
                break
            line.put(f" {choice} ", "key" if at == self._chosen else "name")
        return line.strip()

    @property
    def _complained_of(self) -> Problem | None:
        """What is wrong, if that is to be told now."""
        problem = self._problem
        return None if problem and self._choices.choices and self._is_unfinished(problem) else problem

    def _is_unfinished(self, problem: Problem) -> bool:
        """Whether it is of the word that is being typed: then what it could become says more."""
        return " " not in self._edit.text[problem.position : self._edit.at]

    def _complaint(self, problem: Problem, width: int, start: int, typed: range) -> Strip:
        """A mark under what is wrong, or where that is further on; what is told stands on the side that has room."""
        sign, x = self._mark(problem.position, start, typed)
        line = Line(self.look, width)
        told, left, right = self._cells(problem.message), x - 1, width - x - 2
        if told <= right or (left < told and left <= right):
            return line.pad(x).put(f"{sign} {problem.message}", "bad").strip()
        message = line.clipped(problem.message, left)
        return line.pad(left - safe_text.width(message)).put(f"{message} {sign}", "bad").strip()

    def _mark(self, position: int, start: int, typed: range) -> tuple[str, int]:
        """The mark of a character and its cell."""
        text, at = self._edit.text, self._edit.at
        if position < start:
            return "<", typed.start
        x = typed.start + self._cells(text[start : min(position, at)])
        if position > at:
            behind = x + self._cells(text[at : at + 1])
            stop = typed.stop - 1  # what is behind the caret leaves a blank
            cut = behind + self._cells(text[at + 1 :]) > stop
            x = behind + self._cells(text[at + 1 : position])
            if x + self._cells(text[position : position + 1]) > stop - cut * self._cells(self.look.glyphs.ellipsis):
                return ">", max(stop, 0)
        return self.look.glyphs.mark, x

    def press(self, key: str, character: str | None) -> None:
        """Edit, complete, go through what was typed before, or end."""
        if key in ("escape", "ctrl+c"):
            self._question.done(False)
        elif key == "enter":
            # What is wrong stays to be seen: what holds instead is not what was meant.
            if self._problem is None:
                self._question.done(True)
            else:
                self._choices = Completion(0, 0, ())
        elif key in ("tab", "shift+tab"):
            self._complete(1 if key == "tab" else -1)
        elif key in ("up", "down"):
            self._recall(-1 if key == "up" else 1)
        else:
            self._become(edited(self._edit, key, character))
            self._look_up()
        self.redraw()

    def leave(self) -> None:
        """As Esc does."""
        self._question.done(False)

    def on_paste(self, event: events.Paste) -> None:
        """Insert what the terminal pastes."""
        event.stop()
        self._become(inserted(self._edit, event.text))
        self._look_up()
        self.redraw()

    def _look_up(self) -> None:
        self._chosen = None
        found = self._question.complete(self._edit.text, self._edit.at)
        self._choices = found._replace(choices=found.choices[:MOST_CHOICES])

    def _complete(self, step: int) -> None:
        """Put the next choice in the place of what is typed; the choices stay until something else is typed."""
        start, end, choices = self._choices
        if not choices:
            return
        last = -1 if self._chosen is None and step > 0 else self._chosen or 0
        self._chosen = (last + step) % len(choices)
        choice = choices[self._chosen]
        self._become(Edit(self._edit.text[:start] + choice + self._edit.text[end:], start + len(choice)))
        self._choices = Completion(start, start + len(choice), choices)
        if len(choices) == 1:
            self._look_up()

    def _recall(self, step: int) -> None:
        if self._at_past == len(self._past) - 1:
            self._past[-1] = self._edit.text
        self._at_past = max(min(self._at_past + step, len(self._past) - 1), 0)
        text = self._past[self._at_past]
        self._become(Edit(text, len(text)))
        self._look_up()

    def _become(self, edit: Edit) -> None:
        changed = edit.text != self._edit.text
        self._edit = edit
        if changed:
            self._problem = self._question.typed(edit.text)
