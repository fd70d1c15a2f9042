"""What titles say of counts: what went wrong comes first, in every pane in the same order."""

from __future__ import annotations

import msgspec

from probes.snapshot import Counts
from tests.unit.disk_views import view
from tui.panes.block.heading import summary as of_disks
from tui.panes.block.strands import Choice
from tui.panes.counted import summary

COUNTS = Counts(seen=1200, shown=900, over_budget=40, filtered=200, lost=60, errors=3)


def test_what_went_wrong_comes_first_and_what_is_not_there_is_not_told() -> None:
    told = [text for text, _ in summary(COUNTS, [("12/s", "bright")], [("in /etc/", "warn")])]
    assert told == ["in /etc/", "!lost 60", "!failed 3", "12/s", "filtered 200", "over budget 40"]
    assert summary(Counts(seen=5, shown=5), []) == []


def test_disks_tell_it_in_the_same_order() -> None:
    told = [
        text
        for text, _ in of_disks(msgspec.structs.replace(view(), counts=COUNTS), "overview", "flag", Choice(), "Esc")
    ]
    assert told[:2] == ["!lost 60", "!failed 3"]
    assert told[3:5] == ["Esc: back to now", "all operations, device time"]
    assert told.index("filtered 200") < told.index("seen 1,200")
