"""Completion for zsh."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.commands.syntax import Flag, Spoken, Values

BODY = """\
#compdef ebtop

_ebtop_filter() {
    compadd -S '' -- @KEYS@
}

_ebtop_first() {
    local -a commands=(
@COMMANDS@
    )
    (( CURRENT == 2 )) && _describe -t commands command commands
    _ebtop_filter
}

_ebtop_file_or_filter() {
    _alternative 'files:file:_files' 'filters:filter:_ebtop_filter'
}

_ebtop() {
    local spoken=
    case $words[2] in
        @NAMES@) (( CURRENT > 2 )) && spoken=$words[2] ;;
    esac
    if [[ -n $spoken ]]; then
        shift words
        (( CURRENT-- ))
    fi
    case $spoken in
@CASES@
    esac
}

if [[ $funcstack[1] == _ebtop ]]; then
    _ebtop "$@"
else
    compdef _ebtop ebtop
fi
"""


def script(syntax: Sequence[Spoken]) -> str:
    """What zsh is to source after compinit, or to find as `_ebtop` in its fpath."""
    keys = next(values.words for values in syntax[0].words if values.kind == "filter")
    commands = [spoken for spoken in syntax if spoken.name]
    parts = {
        "@KEYS@": shlex.join(keys),
        "@COMMANDS@": "\n".join(f"        {shlex.quote(f'{spoken.name}:{spoken.summary}')}" for spoken in commands),
        "@NAMES@": "|".join(spoken.name for spoken in commands),
        "@CASES@": "\n".join(_case(spoken) for spoken in syntax),
    }
    text = BODY
    for mark, part in parts.items():
        text = text.replace(mark, part)
    return text


def _case(spoken: Spoken) -> str:
    specs = [spec for flag in spoken.flags for spec in _specs(flag)]
    kinds = [values.kind for values in spoken.words]
    if not spoken.name:
        specs.append("*:filter:_ebtop_first")
    elif "filter" in kinds:
        specs.append("*:filter:_ebtop_file_or_filter" if "file" in kinds else "*:filter:_ebtop_filter")
    else:
        specs += [f":value:{_values(values)}" for values in spoken.words]
    lines = " \\\n".join(f"                {shlex.quote(spec)}" for spec in specs)
    return f"        {shlex.quote(spoken.name)})\n            _arguments -S : \\\n{lines}\n            ;;"


def _specs(flag: Flag) -> Iterator[str]:
    others = f"({' '.join(flag.names)})" if len(flag.names) > 1 else ""
    value = f":{_plain(flag.metavar)}:{_values(flag.values)}" if flag.metavar else ""
    for name in flag.names:
        takes = "=" if flag.metavar and name.startswith("--") else ""
        yield f"{others}{name}{takes}[{_plain(flag.help)}]{value}"


def _values(values: Values) -> str:
    match values.kind:
        case "one":
            return f"({' '.join(values.words)})"
        case "list":
            return f"_values -s , value {' '.join(values.words)}"
        case "file":
            return "_files"
        case "filter":
            return "_ebtop_filter"
    return " "


def _plain(text: str) -> str:
    """Text within a specification."""
    return "".join(f"\\{c}" if c in "[]:\\" else c for c in text)
