"""The filter language: what is typed, what it means for a row, and who tests it.

A filter is terms separated by blanks, all of which must hold; `or` and parentheses combine them otherwise, and a
leading `!` negates a term or a parenthesis. There is this one grammar and this one implementation for live, replay,
command line and pane.

    nginx            name, path or an argument contains it
    pid:1,2          a key (see `KEYS`) and values, of which one must fit
    comm:ngin        contains it; of disks, users and operations: is it; of containers: begins with it
    comm=nginx       is exactly this
    path:/etc/*.conf the whole value fits the pattern: `*`, `?`, `[a-z]`
    path~^/(etc|usr) an expression is found in it (see `regex`)
    comm:/^ngin/     so too, but not for path, cgroup, arg and a bare word: there it is a path
    lat>10ms ret<0   comparisons: `<`, `<=`, `>`, `>=`

Double quotes hold characters together and take every other meaning from them: `comm:"tmux: server"`, `""` within them
is a quote. What a row has no field for fits nothing, so that its negation holds.
"""

from __future__ import annotations

from probes.filter.editing import Typed, complete, duration, key_begun, quoted, with_term, without_last
from probes.filter.errors import FilterError
from probes.filter.grammar import MOST_CHARACTERS, parse
from probes.filter.keys import KEYS, LATER_KEYS, WORK_KEYS, Key
from probes.filter.local import parse_local
from probes.filter.parsed import Filter
from probes.filter.place import told
from probes.filter.plan import Part, Where, explain
from probes.filter.terms import Group, Node, Pattern, Term, leaves

__all__ = [
    "KEYS",
    "LATER_KEYS",
    "MOST_CHARACTERS",
    "WORK_KEYS",
    "Filter",
    "FilterError",
    "Group",
    "Key",
    "Node",
    "Part",
    "Pattern",
    "Term",
    "Typed",
    "Where",
    "complete",
    "duration",
    "explain",
    "key_begun",
    "leaves",
    "parse",
    "parse_local",
    "quoted",
    "told",
    "with_term",
    "without_last",
]
