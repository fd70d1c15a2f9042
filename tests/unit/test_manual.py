"""The manual page tells all there is, and man(1) has nothing to say against it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable

import pytest

from probes.filter import KEYS
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
    assert all(command.help in said for command in keys.COMMANDS)
    assert all(rf"\fB{entry.name}\fR" in said and entry.help in said for entry in entries().values())


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
