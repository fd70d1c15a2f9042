"""The file of settings as it would be written with every default, each with what it is for."""

from __future__ import annotations

import json
from collections.abc import Iterable

from tui.keys import COMMANDS, key_name, told
from tui.settings.readers import Known
from tui.settings.settings import COLUMNS, KEYS, Settings, entries

HEAD = """\
# The settings of ebtop, with their defaults; a flag on the command line wins over what is here. They hold for the
# screen and for `ebtop record`. `ebtop dump` does the same for everybody: it heeds flags alone.
# What is wrong in this file is said and left out, the rest holds: `ebtop config --check` looks at it.
"""


def printed(known: Known) -> str:
    """The defaults as TOML."""
    lines = [HEAD]
    defaults = Settings()
    for field, entry in entries().items():
        value = known.probes if field == "probes" else getattr(defaults, field)
        lines += [f"# {entry.help}", f"{entry.name} = {json.dumps(entry.write(value))}", ""]
    lines += ["# The columns of each probe, in the order in which they are shown.", f"[{COLUMNS}]"]
    for probe, columns in known.columns().items():
        more = [name for name in columns.every if name not in columns.shown]
        lines += [f"# also: {', '.join(more)}"] if more else []
        lines.append(f"{probe} = {_list(columns.shown)}")
    lines += ["", "# Keys: as they are (x, ?, F), or by name (space, f5, ctrl+x).", f"[{KEYS}]"]
    for command in COMMANDS:
        lines += [f"# {told(command)}", f"{command.id} = {_list(map(_typed, command.keys))}"]
    return "\n".join(lines) + "\n"


def _typed(key: str) -> str:
    """A key as the character that it types, where it types one."""
    name = key_name(key)
    return name if len(name) == 1 else key


def _list(texts: Iterable[str]) -> str:
    return json.dumps(list(texts))
