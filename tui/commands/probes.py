"""`ebtop probes`: what can be asked of the kernel."""

from __future__ import annotations

from argparse import Namespace

from tui.commands.arguments import Parser


def parser() -> Parser:
    return Parser("ebtop probes", "The list of probes, with the question that each one answers.")


def run(_args: Namespace) -> int:
    from probes.registry import PROBES

    widest = max(len(probe.id) for probe in PROBES)
    for probe in PROBES:
        print(f"{probe.id:<{widest}}  {probe.title}: {probe.question}")
    return 0
