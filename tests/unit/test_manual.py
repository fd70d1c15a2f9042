"""The manual page tells all there is, and man(1) has nothing to say against it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from typing import get_args

import pytest

from probes.filter import KEYS
from probes.registry import PROBES
from tests.unit.sessions import Outcome
from tui import keys
from tui.commands import COMMANDS
from tui.commands.syntax import syntax
from tui.manual import _text
from tui.settings.settings import entries


@pytest.fixture
def page(ebtop: Callable[..., Outcome]) -> str:
    done = ebtop("man")
    assert (done.code, done.err) == (0, "")
    return done.out


def test_it_tells_all_there_is(page: str) -> None:
    said = page.replace(r"\-", "-").replace(r"\&", "").replace(r"\e", "\\")
    assert all(f".SS ebtop {command.name}\n" in said for command in COMMANDS)
    assert all(flag.help in said for spoken in syntax() for flag in spoken.flags)
    assert all(name in said for spoken in syntax() for flag in spoken.flags for name in flag.names)
    assert all(key.takes in said and key.help in said for key in KEYS.values())
    assert all(keys.told(command) in said for command in keys.COMMANDS)
    assert all(rf"\fB{entry.name}\fR" in said and entry.help in said for entry in entries().values())


def test_of_every_key_it_is_told_where_it_does_what(page: str) -> None:
    said = page.replace(r"\-", "-").replace(r"\e", "\\").partition(".SH KEYS\n")[2].partition(".SH")[0]
    assert [line.removeprefix(".SS ") for line in said.splitlines() if line.startswith(".SS")] == [
        *get_args(keys.Group)
    ]
    assert rf"\fB{', '.join(str(n) for n, _ in enumerate(PROBES, 1))}\fR" in said
    told = set()
    for term in said.split(".TP\n")[1:]:
        names, text = term.splitlines()[:2]
        place = next((place for place in keys.PLACES.values() if text.startswith(f"{place}: ")), "anywhere")
        told |= (now := {(place, name) for name in names[3:-3].split(", ")})
        assert len(now) == names.count(", ") + 1
    assert len(told) == sum(len(command.keys) for command in keys.COMMANDS) + len(PROBES)


def test_groff_has_nothing_to_say_against_it(page: str) -> None:
    if shutil.which("groff") is None:
        pytest.skip("groff is not installed")
    done = subprocess.run(["groff", "-ww", "-man", "-Tutf8"], input=page, capture_output=True, text=True, check=True)
    assert done.stderr == ""


def test_man_draws_it_without_a_warning(page: str) -> None:
    if shutil.which("man") is None:
        pytest.skip("man is not installed")
    done = subprocess.run(["man", "--warnings", "-l", "-"], input=page, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert "EBTOP(1)" in done.stdout
    assert "ebtop record [-h] -o FILE" in done.stdout


@pytest.mark.parametrize(("text", "roff"), [(".so x", r"\&.so x"), ("'a'", r"\&'a'"), (r"a\n-b", r"a\en\-b")])
def test_no_text_is_taken_for_a_request(text: str, roff: str) -> None:
    assert _text(text) == roff
