"""`ebtop doctor`: what ebtop needs of this machine, what of it is missing, and the remedy."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from argparse import Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui.commands.arguments import Parser
from tui.commands.errors import CommandError

if TYPE_CHECKING:
    from probes.checks import Check


def parser() -> Parser:
    return Parser("ebtop doctor", "What ebtop needs of this machine. Exit code 1 if a probe cannot work here.")


def run(_args: Namespace) -> int:
    found = [*checked(), pictures()]
    if sys.stdout.isatty():
        draw(found)
    else:
        from tui.text import safe

        print("\n".join(map(safe, plain(found))))
    return 0 if all(check.ok or not check.needed for check in found) else 1


def checked() -> Sequence[Check]:
    """Every check, made by a process of its own: it needs root, and what is done with them here does not.

    Raises CommandError where it ended without telling them.
    """
    from tui.launch import drop_privileges

    errors = None if os.environ.get("EBTOP_DEBUG") else subprocess.DEVNULL
    command = [sys.executable, "-IB", "-m", "probes.checks"]
    made = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, check=False)
    drop_privileges()
    import msgspec

    from probes.checks import Check

    try:
        return msgspec.json.decode(made.stdout, type=list[Check])
    except msgspec.DecodeError:
        how = f"by signal {-made.returncode}" if made.returncode < 0 else f"with code {made.returncode}"
        raise CommandError(f"the checks ended {how}: EBTOP_DEBUG=1 ebtop doctor shows why") from None


def pictures() -> Check:
    """Whether the screen can be exported as PNG; after root was given up: it is the user who exports."""
    from probes.checks import Check
    from tui.export import CONVERTER, PACKAGES

    there = shutil.which(CONVERTER)
    why = "exports as PNG are drawn with it; CSV, JSON and SVG need nothing"
    return Check(CONVERTER, there is not None, False, there or "missing", why, f"install {PACKAGES}", ())


def state(check: Check) -> str:
    """ok, or missing; optional is what ebtop can do without, unknown what only root can find out."""
    if not check.checked:
        return "unknown"
    return "ok" if check.ok else "missing" if check.needed else "optional"


def plain(found: Sequence[Check]) -> list[str]:
    """The checks as lines, the reason and the remedy below what is missing."""
    lines: list[str] = []
    widest = max((len(check.name) for check in found), default=0)
    for check in found:
        lines.append(f"{state(check):<8}  {check.name:<{widest}}  {check.found}".rstrip())
        if not check.ok and check.checked:
            lines += [f"{'':10}why:    {check.why}{_affected(check)}", f"{'':10}remedy: {check.remedy}"]
    return [*lines, verdict(found)]


def verdict(found: Sequence[Check]) -> str:
    """The outcome in one line."""
    missing = [check for check in found if check.needed and not check.ok and check.checked]
    if not missing:
        return "every probe can work here"
    probes = sorted({probe for check in missing for probe in check.probes})
    return f"missing: {', '.join(check.name for check in missing)}; cannot work: {', '.join(probes) or 'every probe'}"


def _affected(check: Check) -> str:
    return f" (for {', '.join(check.probes)})" if check.probes else ""


def draw(found: Sequence[Check]) -> None:
    """The checks as a table on a terminal."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from tui.text import safe

    colours = {"ok": "green", "missing": "bold red", "optional": "yellow", "unknown": "dim"}
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("", "what", "found", "why it matters"):
        table.add_column(title)
    for check in found:
        why = Text(safe(check.why + _affected(check)), "dim")
        if not check.ok and check.checked:
            why += Text("\n") + Text(safe(check.remedy), "bold")
        label = state(check)
        table.add_row(Text(label, colours[label]), Text(safe(check.name)), Text(safe(check.found)), why)
    console = Console(highlight=False)
    console.print(table)
    console.print(Text(verdict(found), "green" if all(c.ok or not c.needed for c in found) else "bold red"))
