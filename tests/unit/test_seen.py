"""What was seen of a process or a file is found among the rows that are kept, and followed."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from probes.columns import Row
from probes.filter import parse
from probes.snapshot import Exit
from tests.unit.sessions import HELLO, SECOND, START, exec_row, exec_tick, open_row, open_tick, snapshot
from tui.history import History
from tui.pages.seen import Gathering
from tui.subject import File, Process


def history(*rows: Row, execs: Sequence[Row] = (), exits: Sequence[Exit] = ()) -> History:
    made = History(HELLO)
    made.add(snapshot(6, exec_tick(execs, len(execs), exits=exits), open_tick(rows)), live=False)
    return made


def test_rows_are_found_whatever_filter_is_shown() -> None:
    made = history(open_row(7, "/a"), open_row(8, "/b"), open_row(7, "/b"), execs=[exec_row(7)])
    made.select(parse("pid:12345"))
    seen = Gathering(Process(7, "cat", START)).take(made.view)
    assert [one.path for one in seen.opens] == ["/a", "/b"]
    assert [one.argv for one in seen.execs] == [("sh", "-c", "true")]
    assert (seen.execs_since, seen.opens_since) == (START + 123_456_789, START + 5 * SECOND)
    assert [one.pid for one in Gathering(File("/b")).take(made.view).opens] == [8, 7]
    assert made.view.probes[1].log.filter.terms, "the filter of the session is as it was"


def test_what_comes_later_is_found_too_and_an_end_is_filled_in() -> None:
    made = history(open_row(7, "/a"), execs=[exec_row(7)])
    gathering = Gathering(Process(7, "cat", START))
    assert gathering.take(made.view).execs[0].code is None
    made.add(snapshot(7, exec_tick([], 1, first=1, exits=[Exit(0, 7, 4, None, 1.0)]), open_tick()), live=False)
    assert gathering.take(made.view).execs[0].code == 4


def test_a_held_view_stands_still() -> None:
    made = history(open_row(7, "/a"))
    made.hold()
    made.add(snapshot(7, msgspec.structs.replace(open_tick([open_row(7, "/b")]), first=1)), live=False)
    gathering = Gathering(Process(7, "cat", START))
    assert [one.path for one in gathering.take(made.view).opens] == ["/a"]
    made.release()
    assert [one.path for one in gathering.take(made.view).opens] == ["/a", "/b"]
