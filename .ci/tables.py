"""Writes the README's tables of keys and of the filter language, from the program's own registries. `make tables`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from probes.filter import KEYS
from probes.registry import PROBES
from tui.keys import listed

README = Path(__file__).resolve().parent.parent / "README.md"


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
    for group, rows in listed(len(PROBES)):
        yield f"| **{group}** | |"
        for names, text in rows:
            yield f"| {' '.join(f'`{_escaped(name)}`' for name in names)} | {_escaped(text)} |"


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
