"""A finding is seen, whatever the room; its text comes from the kernel and harms nothing."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from tests.unit.disk_views import LOOK, PLAIN, SECOND, START
from tui.findings.finding import Finding, Severity
from tui.keys import COMMANDS, Keymap
from tui.widgets.findings_line import SIGNS, FindingsLine, clock, findings_strip, lasted
from tui.widgets.findings_page import FindingsPage, FindingsScreen
from tui.widgets.overlay import Overlay

ODD = Finding(
    "odd-one-out:sdc:read",
    "odd-one-out",
    "critical",
    "sdc",
    "sdc is slower than its siblings in md0",
    "sdc, a member of md0: 2.1 % of reads take 20-60 ms; its siblings sda, sdb: 0.00 %; average 1.4 ms against 0.3 ms",
    {"share": 0.021},
    START,
    brief="2.1 % at 20-60 ms, rest 0.00 %",
)
ERRORS = Finding(
    "errors:sda",
    "errors",
    "warning",
    "sda",
    "sda has I/O errors",
    "sda: 3 of 1,200 reads failed",
    {},
    START - 60 * SECOND,
)
KEYMAP = Keymap(COMMANDS)
NOW = START + 72 * SECOND
FINDINGS = st.builds(
    Finding,
    id=st.text(max_size=5),
    kind=st.just("errors"),
    severity=st.sampled_from(sorted(SIGNS)),
    disk=st.text(max_size=5),
    title=st.text(max_size=60),
    text=st.text(max_size=200),
    numbers=st.just({}),
    since=st.integers(0, 1 << 62),
    brief=st.text(max_size=60),
)


def shown(width: int, *findings: Finding) -> str:
    return findings_strip(LOOK, findings, NOW, width, "w").text


def test_with_room_it_says_everything() -> None:
    text = shown(200, ODD, ERRORS)
    assert ODD.text in text
    assert "CRITICAL" in text
    assert f"since {clock(START)}, 1m 12s" in text
    assert text.rstrip().endswith("1 of 2  w")
    assert "1 of" not in shown(200, ODD)


def test_with_less_room_the_title_comes_first() -> None:
    text = shown(120, ODD, ERRORS)
    assert text.index(ODD.title) < text.index("2.1 % at 20-60 ms") < text.index("since 15:00:00, 1m 12s")
    assert text.count("sdc") == 1
    assert "since" not in shown(60, ODD)
    assert "!!" in shown(60, ODD)
    assert ODD.title in shown(60, ODD)
    assert shown(60, ODD).rstrip().endswith("w")
    assert "sdc is" in shown(30, ODD)


def test_numbers_are_more_than_when_it_began() -> None:
    assert shown(80, ODD) == f" !!  {ODD.title}  {ODD.brief}   w "
    assert "since" not in shown(90, ODD)
    assert "since" in shown(110, ODD)
    assert "2.1 %" in shown(80, ODD, ERRORS)
    assert "1 of 2" in shown(80, ODD, ERRORS)
    unspoken = msgspec.structs.replace(ODD, brief="")
    assert "2.1 % of reads take" in shown(80, unspoken)
    assert ODD.text.partition(": ")[2] in shown(170, ODD)


@pytest.mark.parametrize("severity", SIGNS)
def test_a_severity_is_told_by_a_sign_and_not_by_colour_alone(severity: Severity) -> None:
    sign, word, _ = SIGNS[severity]
    finding = msgspec.structs.replace(ODD, severity=severity)
    assert shown(60, finding).startswith(f" {sign} ")
    assert shown(140, finding).startswith(f" {word} ")


def test_without_a_finding_the_line_is_blank() -> None:
    assert shown(80) == " " * 80


@given(st.lists(FINDINGS, max_size=3), st.integers(1, 220), st.integers(0, 1 << 62))
def test_any_finding_fills_the_line_and_nothing_more(findings: list[Finding], width: int, now: int) -> None:
    for look in (LOOK, PLAIN):
        strip = findings_strip(look, tuple(findings), now, width, "w")
        assert strip.cell_length == width
        assert strip.text.isprintable()
    assert strip.text.isascii()


@given(st.lists(FINDINGS, max_size=3), st.lists(FINDINGS, max_size=3), st.integers(8, 120), st.integers(3, 30))
def test_any_page_is_framed(current: list[Finding], past: list[Finding], width: int, height: int) -> None:
    lines = FindingsPage(PLAIN, KEYMAP, current, past, NOW).draw(width, height)
    assert len(lines) == height
    assert {line.cell_length for line in lines} == {width}
    assert all(line.text.isprintable() for line in lines)


def page_text(page: FindingsPage, height: int = 40) -> str:
    return "\n".join(strip.text for strip in page.draw(80, height))


def test_the_page_tells_what_holds_and_what_has_been() -> None:
    ended = msgspec.structs.replace(ERRORS, until=START)
    text = page_text(FindingsPage(LOOK, KEYMAP, (ODD,), (ended,), NOW))
    now, before = text.split("Before")
    assert ODD.title in now
    assert "sdc, a member of md0: 2.1 % of reads" in now
    assert f"{clock(ended.since)} to {clock(START)}" in before
    assert ERRORS.title in before


def test_an_empty_page_says_what_would_be_on_it() -> None:
    text = page_text(FindingsPage(LOOK, KEYMAP, (), (), NOW))
    assert "slower than the others of its" in text
    assert "nothing in this session" in text


@pytest.mark.parametrize(
    ("seconds", "words"), [(-5, "0s"), (0.5, "0s"), (72, "1m 12s"), (10, "10s"), (600, "10m 00s"), (7260, "2h 01m")]
)
def test_how_long_it_lasts(seconds: float, words: str) -> None:
    assert lasted(START, START + int(seconds * SECOND)) == words


class Host(App[None]):
    """An app with the line, and with the page over it when it is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.line = FindingsLine(LOOK, "w")
        many = [msgspec.structs.replace(ERRORS, id=str(n), title=f"finding {n}", until=START) for n in range(50)]
        self.page = FindingsPage(LOOK, KEYMAP, (ODD,), many, NOW)

    def compose(self) -> ComposeResult:
        yield self.line

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key) and isinstance(self.screen, Overlay):
            self.screen.press(event.key, event.character)
        else:
            await super().on_event(event)


def seen(page: FindingsPage) -> str:
    return page_text(page, page.size.height)


async def opened(pilot: Pilot[None], host: Host) -> None:
    await host.push_screen(FindingsScreen(host.page, KEYMAP))
    await pilot.pause()


async def test_the_line_follows_what_it_is_told() -> None:
    host = Host()
    async with host.run_test(size=(80, 10)) as pilot:
        host.line.show((ODD, ERRORS), NOW)
        await pilot.pause()
        assert ODD.title in host.line.render_lines(host.line.size.region)[0].text
        host.line.show((), NOW)
        await pilot.pause()
        assert not host.line.render_lines(host.line.size.region)[0].text.strip()


async def test_the_page_scrolls_to_its_end_and_back() -> None:
    host = Host()
    async with host.run_test(size=(80, 20)) as pilot:
        await opened(pilot, host)
        assert ODD.title in seen(host.page)
        await pilot.press("G")
        assert "finding 49" in seen(host.page)
        assert ODD.title not in seen(host.page)
        await pilot.press("g", "pagedown", "pageup", "k")
        assert ODD.title in seen(host.page)


@pytest.mark.parametrize("key", ["escape", "q", "w", "enter"])
async def test_a_key_closes_the_page(key: str) -> None:
    host = Host()
    async with host.run_test(size=(80, 20)) as pilot:
        await opened(pilot, host)
        assert isinstance(host.screen, FindingsScreen)
        await pilot.press(key)
        assert not isinstance(host.screen, FindingsScreen)


async def test_a_page_that_is_open_shows_what_is_new() -> None:
    host = Host()
    async with host.run_test(size=(80, 20)) as pilot:
        await opened(pilot, host)
        await pilot.press("G")
        host.page.show((ERRORS,), (), NOW)
        assert ERRORS.title in seen(host.page)
        assert ODD.title not in seen(host.page)
