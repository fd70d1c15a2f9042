"""Things run in turn, the medians of what they measured, and whether a goal is met."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt

from rich import box
from rich.console import Console
from rich.table import Table

console = Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else 120)
Turn = Callable[[], Mapping[str, float]]
"""Measures once; gives figures by name."""


class UnavailableError(Exception):
    """Something cannot be measured here; the text says why, in one line."""


@dataclass
class Figures:
    """What was measured, by name, a value for each round; and what could not be, with the reason."""

    values: dict[str, list[float]] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def median(self, name: str) -> float:
        return statistics.median(self.values[name])

    def spread(self, name: str) -> str:
        """The least and the most, as text."""
        return f"{number(min(self.values[name]))}..{number(max(self.values[name]))}"

    def added(self, name: str, bare: str) -> float:
        """The median of what `name` adds to `bare`, each compared within its round: both had the same noise."""
        pairs = zip(self.values[name], self.values[bare], strict=True)
        return statistics.median(value - base for value, base in pairs)

    def ratio(self, name: str, other: str) -> float:
        """The median of name / other, each compared within its round."""
        pairs = zip(self.values[name], self.values[other], strict=True)
        return statistics.median(value / base for value, base in pairs)

    def uncertainty(self, name: str, other: str) -> float:
        """How far off that ratio may be: twice the standard error of the median, from the median deviation."""
        ratios = [value / base for value, base in zip(self.values[name], self.values[other], strict=True)]
        middle = statistics.median(ratios)
        deviation = statistics.median(abs(ratio - middle) for ratio in ratios)
        return 2 * 1.2533 * 1.4826 * deviation / sqrt(len(ratios))


def in_turn(rounds: int, turns: Mapping[str, Turn]) -> Figures:
    """Runs A B C A B C ..: whatever else this machine does, falls on all of them alike.

    A turn that is not available in its first round is left out of the others.
    """
    figures = Figures()
    for at in range(rounds):
        for name, turn in turns.items():
            if name in figures.missing:
                continue
            progress(f"round {at + 1} of {rounds}: {name}")
            try:
                for figure, value in turn().items():
                    figures.values.setdefault(figure, []).append(value)
            except UnavailableError as why:
                if at:
                    raise
                figures.missing[name] = str(why)
    progress("")
    return figures


def progress(text: str) -> None:
    """Says what goes on, where somebody looks on."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def number(value: float) -> str:
    """A figure with as many digits as mean something."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def show(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], missing: Mapping[str, str]) -> None:
    """A table; the first column is text, the others are figures. Below it, what could not be measured."""
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for at, column in enumerate(columns):
        table.add_column(column, justify="right" if at else "left", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    console.print(table)
    for name, why in missing.items():
        console.print(f"  not measured: {name}: {why}", soft_wrap=True)


def goal(what: str, value: float, limit: float, unit: str = "") -> None:
    """Says whether a figure is at most what the goal allows."""
    met = value <= limit
    text = f"{what}: {number(value)}{unit}, at most {number(limit)}{unit}"
    console.print(f"  goal {'met   ' if met else 'MISSED'} {text}", style="" if met else "bold red", soft_wrap=True)


def check(what: str, holds: bool, found: str) -> None:
    """Says whether something that must be exactly so, is."""
    text = f"  {'exact      ' if holds else 'WRONG      '} {what}: {found}"
    console.print(text, style="" if holds else "bold red", soft_wrap=True)
