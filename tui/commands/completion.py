"""`ebtop completion SHELL`: what a shell needs to complete the words of ebtop."""

from __future__ import annotations

from argparse import Namespace

from tui.commands.arguments import Parser

DESCRIPTION = """\
What a shell needs to complete the words of ebtop. In its start-up file:
  bash  source <(ebtop completion bash)
  zsh   source <(ebtop completion zsh)      (after compinit)
  fish  ebtop completion fish | source"""


def parser() -> Parser:
    made = Parser("ebtop completion", DESCRIPTION)
    made.add_argument("shell", choices=("bash", "zsh", "fish"), help="which shell it is for")
    return made


def run(args: Namespace) -> int:
    from importlib import import_module

    from tui import launch

    launch.drop_privileges()
    from tui.commands.syntax import syntax

    print(import_module(f"tui.completion.{args.shell}").script(syntax()), end="")
    return 0
