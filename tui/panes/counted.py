"""What the title of any pane says of the counts of its probe. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from probes.snapshot import Counts
from tui import format as units
from tui.widgets.line import Role

Said = tuple[str, Role]


def summary(counts: Counts, own: Sequence[Said], of: Sequence[Said] = ()) -> list[Said]:
    """The most important first: what the figures are of, what went wrong, what the pane has of its own, and what is not
    to be seen.
    """
    told: list[tuple[int, Said]] = [
        *((1, said) for said in of),
        (counts.lost, (f"{units.FAILED}lost {units.count(counts.lost)}", "bad")),
        (counts.errors, (f"{units.FAILED}failed {units.count(counts.errors)}", "bad")),
        *((1, said) for said in own),
        (counts.filtered, (f"filtered {units.count(counts.filtered)}", "dim")),
        (counts.over_budget, (f"over budget {units.count(counts.over_budget)}", "warn")),
    ]
    return [said for count, said in told if count]
