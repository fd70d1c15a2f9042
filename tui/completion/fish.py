"""Completion for fish."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.commands.syntax import Flag, Spoken, Values

HEAD = """\
function __ebtop_said
    set -l words (commandline -opc)
    contains -- "$words[2]" $argv
end

function __ebtop_list
    set -l word (commandline -ct | string replace -r '^--[^=]*=' '')
    set -l said (string replace -r '[^,]*$' '' -- $word)
    for one in $argv
        string match -q -- "*,$one,*" ",$said"; or printf '%s\\n' $said$one
    end
end

complete -c ebtop -e
complete -c ebtop -f
"""


def script(syntax: Sequence[Spoken]) -> str:
    """What fish is to source."""
    commands = [spoken for spoken in syntax if spoken.name]
    lines = [
        f"complete -c ebtop -n 'test (count (commandline -opc)) = 1' -a {spoken.name} -d {_quoted(spoken.summary)}"
        for spoken in commands
    ]
    names = " ".join(spoken.name for spoken in commands)
    for spoken in syntax:
        when = f"__ebtop_said {spoken.name}" if spoken.name else f"not __ebtop_said {names}"
        lines += _lines(spoken, f"complete -c ebtop -n {_quoted(when)}")
    return HEAD + "\n".join(lines) + "\n"


def _lines(spoken: Spoken, begin: str) -> Iterator[str]:
    for flag in spoken.flags:
        yield f"{begin} {_flag(flag)} -d {_quoted(flag.help)}"
    for values in spoken.words:
        if values.kind == "file":
            yield f"{begin} -F"
        elif values.words:
            yield f"{begin} -a {_values(values)}"


def _flag(flag: Flag) -> str:
    names = [f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in flag.names]
    if flag.metavar:
        names.append("-r -F" if flag.values.kind == "file" else "-x")
        if flag.values.words:
            names.append(f"-a {_values(flag.values)}")
    return " ".join(names)


def _values(values: Values) -> str:
    words = " ".join(re.sub("[<>]", r"\\\g<0>", word) for word in values.words)  # fish reads it as it would a line
    return _quoted(f"(__ebtop_list {words})" if values.kind == "list" else words)


def _quoted(text: str) -> str:
    """Text in single quotes, within which fish knows two escapes."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
