"""Completion for bash, 4.4 or newer. It needs nothing but bash itself."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.commands.syntax import Spoken, Values

# A word is what stands between blanks: bash itself would split terms at colons and flags at equals signs, and puts
# what is chosen in the place of the last part alone. Names of files with blanks are left to readline (-o default).
BODY = """\
_ebtop_among() {
    mapfile -t COMPREPLY < <(compgen -W "$1" -- "$word")
}

_ebtop_list() {
    local done=${word%"${word##*,}"} one left=
    for one in $1; do
        [[ ,$done == *,$one,* ]] || left+=" $one"
    done
    mapfile -t COMPREPLY < <(compgen -P "$done" -W "$left" -- "${word##*,}")
    compopt -o nospace 2>/dev/null
}

_ebtop_file() {
    mapfile -t COMPREPLY < <(compgen -f -X '!*.ebtop' -- "$word"; compgen -d -- "$word")
    (( ${#COMPREPLY[@]} )) || mapfile -t COMPREPLY < <(compgen -f -- "$word")
    compopt -o filenames -o default 2>/dev/null
}

_ebtop_filter() {
    [[ $word == *[:=\\<\\>]* ]] && return
    mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$1" -- "$word")
    [[ ${COMPREPLY[0]} == *[:\\>] ]] && compopt -o nospace 2>/dev/null
}

_ebtop() {
    local line=${COMP_LINE:0:COMP_POINT} command= before
    local word=${line##*[[:space:]]}
    local -a said
    read -ra said <<<"${line%"$word"}"
    case ${said[1]} in
        @COMMANDS@) command=${said[1]} ;;
    esac
    before=${said[-1]}
    COMPREPLY=()
    if [[ $word == --*=* ]]; then
        before=${word%%=*} word=${word#*=}
    fi
    case $command,$before in
@VALUES@
    esac
    case $command,$word in
@FLAGS@
@WORDS@
    esac
}

complete -F _ebtop ebtop
"""


def script(syntax: Sequence[Spoken]) -> str:
    """What bash is to source."""
    commands = [spoken.name for spoken in syntax if spoken.name]
    flags = [f"        {s.name},-*) _ebtop_among {_quoted(n for f in s.flags for n in f.names)} ;;" for s in syntax]
    parts = {
        "@COMMANDS@": "|".join(commands),
        "@VALUES@": "\n".join(_values(syntax)),
        "@FLAGS@": "\n".join(flags),
        "@WORDS@": "\n".join(_words(syntax, commands)),
    }
    text = BODY
    for mark, part in parts.items():
        text = text.replace(mark, part)
    return text


def _values(syntax: Sequence[Spoken]) -> Iterator[str]:
    for spoken in syntax:
        for flag in spoken.flags:
            if flag.metavar:
                pattern = "|".join(f"{spoken.name},{name}" for name in flag.names)
                yield f"        {pattern}) {_call(flag.values)}; return ;;"


def _words(syntax: Sequence[Spoken], commands: Sequence[str]) -> Iterator[str]:
    for spoken in syntax:
        calls = [_call(values) for values in sorted(spoken.words, key=lambda values: values.kind != "file")]
        if not spoken.name:
            calls.insert(0, f"[[ ${{#said[@]}} -gt 1 ]] || _ebtop_among {_quoted(commands)}")
        yield f"        {spoken.name},*) {'; '.join(calls) or ':'} ;;"


def _call(values: Values) -> str:
    match values.kind:
        case "file":
            return "_ebtop_file"
        case "free":
            return ":"
        case "one":
            return f"_ebtop_among {_quoted(values.words)}"
    return f"_ebtop_{values.kind} {_quoted(_typed(word) for word in values.words)}"


def _typed(word: str) -> str:
    """A word as it must stand on the line, for compgen, which reads it as the shell would."""
    return re.sub("[<>]", r"\\\\\\\g<0>", word)


def _quoted(words: Sequence[str] | Iterator[str]) -> str:
    return shlex.quote(" ".join(words))
