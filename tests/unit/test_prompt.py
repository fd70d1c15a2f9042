"""The prompt: completes, remembers, complains at the place; the menu: narrows down."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.strip import Strip

from tui import theme
from tui.text import safe, whole
from tui.widgets import menu
from tui.widgets.edit import Edit, edited, inserted
from tui.widgets.glyphs import ASCII, UNICODE, Glyphs
from tui.widgets.line import look
from tui.widgets.menu import Choice, MenuPage, matching
from tui.widgets.prompt import Completion, Problem, Prompt, Question

LOOK = look(theme.load("dark"), UNICODE)
WORDS = ("comm:", "container:", "cgroup:")


def complete(text: str, at: int) -> Completion:
    start = text.rfind(" ", 0, at) + 1
    return Completion(start, at, tuple(word for word in WORDS if at > start and word.startswith(text[start:at])))


class Asked:
    """A prompt, and what it told whoever asked."""

    complaint = "no bangs"

    def __init__(self, text: str = "", past: tuple[str, ...] = (), note: str = "12 rows") -> None:
        self.typed: list[str] = []
        self.ended: list[bool] = []
        self.prompt = Prompt(LOOK)
        self.prompt.redraw = lambda: None  # type: ignore[method-assign]  there is no screen
        self.prompt.begin(
            Question("filter", "a hint", self._take, self.ended.append, lambda: note, complete, past), text
        )

    def _take(self, text: str) -> Problem | None:
        self.typed.append(text)
        return Problem(self.complaint, text.index("!")) if "!" in text else None

    def press(self, *keys: str) -> Asked:
        for key in keys:
            self.prompt.press(key, key if len(key) == 1 else None)
        return self

    @property
    def lines(self) -> list[str]:
        return [strip.text for strip in self.prompt.draw(60, 2)]


def test_tab_goes_through_what_could_be_typed() -> None:
    asked = Asked().press("x", " ", "c", "o")
    assert asked.lines[1].split() == ["comm:", "container:"]
    assert asked.press("tab").prompt.text == "x comm:"
    assert asked.press("tab").prompt.text == "x container:"
    assert asked.press("tab").prompt.text == "x comm:"
    assert asked.press("shift+tab").prompt.text == "x container:"
    assert asked.press("a").prompt.text == "x container:a"
    assert asked.typed[-1] == "x container:a"


def test_tab_does_nothing_where_nothing_fits() -> None:
    asked = Asked("zzz").press("tab")
    assert (asked.prompt.text, asked.typed) == ("zzz", [])


def test_arrows_go_through_what_was_typed_before() -> None:
    asked = Asked(past=("one", "two")).press("n", "up")
    assert asked.prompt.text == "two"
    assert asked.press("up", "up").prompt.text == "one"
    assert asked.press("down", "down", "down").prompt.text == "n"
    assert asked.typed == ["n", "two", "one", "two", "n"]


def test_what_is_wrong_is_said_at_its_place() -> None:
    asked = Asked().press("a", "b", "!")
    assert asked.lines[1].index("▲") == asked.lines[0].index("!")
    assert "no bangs" in asked.lines[1]
    assert "a hint" in asked.press("backspace").lines[1]


def test_it_ends_with_enter_or_escape() -> None:
    assert Asked().press("enter").ended == [True]
    assert Asked().press("escape").ended == [False]


def test_the_note_stands_at_the_right_and_the_line_fits() -> None:
    asked = Asked("x" * 200)
    assert asked.lines[0].rstrip().endswith("12 rows")
    assert all(len(line) == 60 for line in asked.lines)


def test_what_has_no_room_is_left_out_whole() -> None:
    hints = "Tab completes  nginx  path:/etc/*  a"
    for width, expected in ((60, hints), (30, "Tab completes  nginx  a"), (15, "Tab completes"), (0, "")):
        assert whole(hints, width) == expected


def test_choices_are_not_cut() -> None:
    asked = Asked().press("c")
    (line,) = [strip.text.rstrip() for strip in asked.prompt.draw(26, 2)[1:]]
    assert line.split() == ["comm:"]


def test_a_long_note_gives_way_to_the_text() -> None:
    asked = Asked("pid:1", note="12 rows  2 of 3 in the kernel  exit: as they end")
    assert asked.lines[0].rstrip().endswith("12 rows  2 of 3 in the kernel")
    assert Asked("x" * 30, note="12 rows  2 of 3 in the kernel").lines[0].rstrip().endswith("x             12 rows")


KEYS = st.sampled_from(
    ["left", "right", "home", "end", "backspace", "delete", "ctrl+u", "ctrl+k", "ctrl+w", "a", " ", "é"]
)


@given(st.text(max_size=20), st.lists(KEYS, max_size=30))
def test_the_caret_stays_within_the_line(text: str, keys: list[str]) -> None:
    edit = inserted(Edit(), text)
    for key in keys:
        edit = edited(edit, key, key if len(key) == 1 else None)
        assert 0 <= edit.at <= len(edit.text)
        assert all(character.isprintable() for character in edit.text)


def test_a_menu_finds_by_words_and_puts_beginnings_first() -> None:
    choices = [
        Choice("a", "", "pause", "hold the view"),
        Choice("b", "", "view", "next view"),
        Choice("c", "", "quit", "leave"),
    ]
    assert [choice.id for choice in matching(choices, "view")] == ["b", "a"]
    assert [choice.id for choice in matching(choices, "VIEW hold")] == ["a"]
    assert matching(choices, "nothing") == []
    assert len(matching(choices, "")) == 3


def test_what_a_word_could_become_says_more_than_what_it_lacks() -> None:
    asked = Asked().press("!", " ", "c")
    assert "no bangs" in asked.lines[1]
    asked = Asked(text="!").press("backspace", "c", "o")
    assert "comm:" in asked.lines[1]


def test_a_long_menu_is_searched_once_for_each_text_and_drawn_as_far_as_it_is_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    searched: list[str] = []

    def counted(choices: Sequence[Choice], text: str) -> list[Choice]:
        searched.append(text)
        return matching(choices, text)

    drawn: list[str] = []

    class Counted(MenuPage):
        def _choice(self, choice: Choice, width: int, *, selected: bool) -> Strip:
            drawn.append(choice.id)
            return super()._choice(choice, width, selected=selected)

    monkeypatch.setattr(menu, "matching", counted)
    page = Counted(LOOK, "Many", [Choice(str(n), "", f"choice {n}") for n in range(1000)])
    page.redraw = lambda: None  # type: ignore[method-assign]  there is no screen
    page.type("9", "9")
    lines = [strip.text for strip in page.draw(60, 12)]
    assert "choice 9 " in lines[2]
    assert (searched, len(drawn), page.chosen) == (["", "9"], 9, "9")


WIDE = st.text("ab 日本é\u0301\u2800🏽", max_size=120)


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
@given(text=WIDE, back=st.integers(0, 120), note=st.sampled_from(["", "12 rows"]))
def test_the_caret_is_seen_however_wide_the_text(glyphs: Glyphs, text: str, back: int, note: str) -> None:
    asked = Asked(text, note=note)
    asked.prompt.look = look(theme.load("dark"), glyphs)
    asked.press(*["left"] * back)
    (strip, _) = asked.prompt.draw(60, 2)
    at = max(len(text) - back, 0)
    (caret,) = [segment for segment in strip if segment.style == LOOK.styles["caret"]]
    assert caret.text == safe(text[at : at + 1] or " ", ascii_only=glyphs.ascii_only)
    assert strip.cell_length == 60


def test_what_is_before_the_caret_is_cut_by_cells() -> None:
    asked = Asked("日" * 50, note="")
    assert asked.lines[0] == f" filter: {'日' * 25} "
    asked = Asked("日" * 40, note="").press("!", *"日" * 10)
    assert cell_len(asked.lines[1].partition("▲")[0]) == cell_len(asked.lines[0].partition("!")[0])


PARTS = st.text("ab 日é\u0301\u2800", max_size=70)


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
@pytest.mark.parametrize(
    "complaint", ["no", "unknown key 'foo': " + "quote it, or use pid, tid, ppid, tree, comm " * 3]
)
@given(texts=st.tuples(PARTS, PARTS), left=st.integers(0, 140), width=st.sampled_from([1, 20, 80]))
@example(texts=("a" * 6 + "é" * 3 + "\u0301" * 7, "aaa"), left=5, width=80)
def test_the_mark_is_under_what_is_wrong_or_shows_where_that_is(
    glyphs: Glyphs, complaint: str, texts: tuple[str, str], left: int, width: int
) -> None:
    before, after = texts
    asked = Asked(before + after, note="1 row")
    asked.complaint, asked.prompt.look = complaint, look(theme.load("dark"), glyphs)
    asked.press(*["left"] * len(after), "!", "end", *["left"] * left)
    typed, below = asked.prompt.draw(width, 2)
    assert typed.cell_length == below.cell_length == width
    (caret,) = [segment for segment in typed if segment.style == LOOK.styles["caret"]] if width > 9 else [None]
    assert caret is None or caret.text
    if width == 80:
        said = below.text.partition(complaint[:2])
        sign = next(part.strip() for part in (said[0], below.text.rstrip()[-1]) if part.strip())
        if "!" in typed.text:
            assert sign == glyphs.mark
            assert cell_len(below.text.partition(sign)[0]) == cell_len(typed.text.partition("!")[0])
        else:
            assert sign == ("<" if left < len(after) + 1 else ">")


def test_what_is_told_is_seen_as_far_as_it_can_be() -> None:
    asked = Asked("comm:a ", note="")
    asked.complaint = "this is more than there is room for on either side"
    asked.press("!")
    assert asked.lines[1] == f"{'':15} ▲ this is more than there is room for on ei…"
    asked = Asked("comm:a " * 4, note="")
    asked.complaint = "there is room on the left"
    asked.press("!", *"abcdefgh")
    assert asked.lines[1].rstrip() == f"{'':11}there is room on the left ▲"
