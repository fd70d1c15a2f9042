"""Who typed the command is who ebtop becomes, or nobody: under sudo it is told by two variables."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from tests.unit.sessions import Outcome
from tui import launch
from tui.commands.errors import CommandError

Ebtop = Callable[..., Outcome]
DROP = launch.drop_privileges
"""Before a fixture of all tests puts one into its place that does nothing."""


@pytest.mark.parametrize(
    "number", ["-1", "4294967295", "4294967296", "", "root", "0x0", "1_0", "\u0661", " 1", "9" * 5000]
)
@pytest.mark.parametrize("which", ["SUDO_UID", "SUDO_GID"])
def test_who_typed_the_command_is_somebody(
    ebtop: Ebtop, monkeypatch: pytest.MonkeyPatch, which: str, number: str
) -> None:
    monkeypatch.setattr("tui.launch.drop_privileges", DROP)
    monkeypatch.setattr("probes.privileges.become", lambda *_: pytest.fail("it becomes somebody"))
    monkeypatch.setattr(launch, "_spawn", lambda _: pytest.fail("it starts a collector"))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    for name in ("SUDO_UID", "SUDO_GID"):
        monkeypatch.setenv(name, number if name == which else "1")
    for words in (("man",), ("dump", "--for", "0s")):
        done = ebtop(*words)
        assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
        assert "no user's number: run ebtop as yourself" in done.err


def test_without_the_group_of_who_typed_the_command_it_is_not_roots(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setenv("SUDO_UID", "1")
    monkeypatch.delenv("SUDO_GID", raising=False)
    with pytest.raises(CommandError):
        launch._invoker()


def test_root_may_go_through_sudo_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setenv("SUDO_UID", "0")
    monkeypatch.setenv("SUDO_GID", "0")
    monkeypatch.setenv("HOME", "/")
    assert launch._invoker() == (0, 0)


def test_a_kernel_that_changes_nothing_is_noticed(ebtop: Ebtop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.launch.drop_privileges", DROP)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    for name in ("SUDO_UID", "SUDO_GID"):
        monkeypatch.setenv(name, str(os.getuid() + 1))
    for name in ("setgroups", "setresgid", "setresuid"):
        monkeypatch.setattr(os, name, lambda *_: None)
    monkeypatch.setattr("probes.privileges._drop_bounding_set", lambda _: None)
    monkeypatch.setattr("probes.privileges.keep_only", lambda _: pytest.fail("it goes on"))
    done = ebtop("man")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "run ebtop as yourself" in done.err
