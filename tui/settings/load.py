"""Reads the file of settings. What is wrong in it is one line each, with file and line, and the rest holds."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import NamedTuple

from tui.nearest import nearest
from tui.settings import keymap, plain_file, readers
from tui.settings.lines import line_of, lines, not_toml, toml
from tui.settings.readers import Known
from tui.settings.salvage import salvaged
from tui.settings.settings import COLUMNS, KEYS, Settings, entries


class Loaded(NamedTuple):
    """What a file says, and what is wrong with it, a line each, in the order of the file."""

    settings: Settings = Settings()
    warnings: tuple[str, ...] = ()


def load(path: Path, known: Known, only: Collection[str] | None = None) -> Loaded:
    """The settings of that file; where there is none, the defaults. `only`: no more than these fields are looked at."""
    try:
        text = plain_file.read(path)
        return Loaded() if text is None else _Reading(path, text, known, only).loaded()
    except plain_file.FileError as error:
        return Loaded(warnings=(str(error),))
    except tomllib.TOMLDecodeError as error:
        return Loaded(warnings=(not_toml(path, text or "", error),))


class _Reading:
    def __init__(self, path: Path, text: str, known: Known, only: Collection[str] | None) -> None:
        self._path, self._known, self._only = path, known, only
        text, wrong = salvaged(text)
        self._document = toml(text)
        self._lines = lines(text)
        self._wrong = [(line, _one_line(what)) for line, what in wrong]

    def loaded(self) -> Loaded:
        document, known = dict(self._document), self._known
        values: dict[str, object] = {}
        for field, entry in entries().items():
            if entry.name in document:
                value = document.pop(entry.name)
                if self._only is None or field in self._only:
                    try:
                        values[field] = entry.read(value, known)
                    except ValueError as error:
                        self._say((entry.name,), f"{entry.name}: {error}")
        if self._only is None:
            values["columns"] = self._columns(self._table(document, COLUMNS))
            values["keymap"] = keymap.read(
                self._table(document, KEYS), lambda id_, why: self._say((KEYS, id_), f"{KEYS}.{id_}: {why}")
            )
            names = [*(entry.name for entry in entries().values()), COLUMNS, KEYS]
            for name in document:
                self._say((name,), f"unknown key {readers.shown(name)}{nearest(name, names)}: remove it")
        warnings = tuple(f"{self._path}:{line}: {what}" for line, what in sorted(self._wrong, key=lambda one: one[0]))
        return Loaded(Settings(**values), warnings)  # type: ignore[arg-type]  # each is what its reader made of it

    def _columns(self, table: Mapping[str, object]) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for probe, value in table.items():
            try:
                if probe not in self._known.probes:
                    raise ValueError(f"unknown probe{nearest(probe, self._known.probes)}: remove it")
                chosen = readers.columns(probe, value, self._known.columns())
            except ValueError as error:
                self._say((COLUMNS, probe), f"{COLUMNS}.{probe}: {error}")
                continue
            if chosen is not None:
                found[probe] = chosen
        return found

    def _table(self, document: dict[str, object], name: str) -> Mapping[str, object]:
        table = document.pop(name, {})
        if isinstance(table, dict):
            return table
        self._say((name,), f"{name}: {readers.shown(table)} is not a table: write [{name}] on a line of its own")
        return {}

    def _say(self, where: tuple[str, ...], what: str) -> None:
        self._wrong.append((line_of(where, self._lines), _one_line(what)))


def _one_line(what: str) -> str:
    """Names in a file may hold anything, line breaks too."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in what)
