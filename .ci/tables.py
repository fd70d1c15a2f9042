"""Writes the README's tables of keys and of the filter language, from the program's own registries. `make tables`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import get_args

from probes.filter import KEYS
from probes.registry import PROBES
from tui.keys import COMMANDS, Command, Group, Where, key_name

README = Path(__file__).resolve().parent.parent / "README.md"
PLACES: Mapping[Where, str] = {"table": "in rows", "disks": "in maps", "time": "on the time line"}


def written(text: str) -> str:
    """The README with its tables as they should be."""
    for name, lines in (("keys", keys()), ("filter", filters())):
        table = "\n".join(lines)
        text = re.sub(
            rf"(<!-- {name}: [^\n]* -->\n).*?(<!-- end -->)",
            lambda found, table=table: f"{found[1]}\n{table}\n\n{found[2]}",
            text,
            flags=re.DOTALL,
        )
    return text


def keys() -> Iterable[str]:
    """A row for each command, in the groups of the help."""
    yield "| key | action |"
    yield "|---|---|"
    for group in get_args(Group):
        yield f"| **{group}** | |"
        yield from (_row(command) for command in COMMANDS if command.group == group)
        if group == "Probes":
            digits = " ".join(f"`{number}`" for number, _ in enumerate(PROBES, 1))
            yield f"| {digits} | The probe on or off: off means that its programs have left the kernel |"


def _row(command: Command) -> str:
    names = " ".join(f"`{_escaped(key_name(key))}`" for key in command.keys)
    place = f"{PLACES[command.where]}: " if command.where in PLACES else ""
    action = command.help[0].lower() + command.help[1:] if place else command.help
    return f"| {names} | {place}{_escaped(action)} |"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


def filters() -> Iterable[str]:
    """A row for each key of the language."""
    yield "| term | holds for | of |"
    yield "|---|---|---|"
    for key in KEYS.values():
        yield f"| `{key.takes}` | {_escaped(key.help)} | {', '.join(key.probes)} |"


if __name__ == "__main__":
    README.write_text(written(README.read_text()))
