"""The commands: a module each, named as the command, with `parser()` and `run(args)`.

A module here imports nothing but the standard library at its top: `--help` must be instant, and under sudo no
third-party package may be imported before root is given up.
"""

from __future__ import annotations

import importlib
from argparse import Namespace
from typing import NamedTuple, Protocol, cast

from tui.commands.arguments import Parser


class Module(Protocol):
    """What a command's module offers: `run` returns the exit code, or raises `CommandError`."""

    def parser(self) -> Parser: ...
    def run(self, args: Namespace) -> int: ...


class Command(NamedTuple):
    """A word that can follow `ebtop`, and what it is for."""

    name: str
    summary: str

    def load(self) -> Module:
        """The module that carries the command out."""
        return cast(Module, importlib.import_module(f"tui.commands.{self.name}"))


SCREEN = Command("screen", "")
"""What `ebtop` does when no command is named."""

COMMANDS = (
    Command("record", "write a session to a file"),
    Command("replay", "the screen over a recorded file"),
    Command("demo", "the screen over a recording that ships with ebtop: no root needed"),
    Command("dump", "no screen: JSON or text, live or from a recording"),
    Command("doctor", "what ebtop needs of this machine, and what is missing"),
    Command("probes", "the list of probes, with the question each one answers"),
    Command("config", "the settings there are with their defaults, and what is wrong with yours"),
    Command("completion", "what bash, zsh or fish needs to complete the words of ebtop"),
    Command("man", "this help and the settings as a manual page"),
)
