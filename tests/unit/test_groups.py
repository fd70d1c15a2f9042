"""Events in groups: every one of them in one, with what it took and whether it failed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.block import SLOW_COLUMNS
from probes.filter import parse, with_term
from probes.snapshot import Exit
from tests.tui.fakes import EXEC, OPEN, SECOND, START, exec_row, open_row
from tests.unit.disk_views import LOOK, PLAIN
from tests.unit.drawing import drawn
from tui.log import Log
from tui.panes.rows.groups import BYS, By, Group, Groups, GroupSheet, usable
from tui.panes.rows.kept import groups
from tui.panes.rows.paths import depth_of, folder
from tui.panes.table.memory import Memory
from tui.subject import Cell, File, Process

COMM, PATH, ERROR = (next(by for by in BYS if by.name == name) for name in ("comm", "path", "error"))


def opens(count: int) -> Log:
    log = Log(OPEN.columns)
    log.add(0, [open_row(n, START + n * SECOND) for n in range(count)], tested=False)
    return log


def made(log: Log, by: By = COMM, inside: str = "", depth: int = 1) -> Groups:
    return groups(log, OPEN.columns, by, inside, depth, Memory())


def sheet(found: Groups) -> GroupSheet:
    return GroupSheet(found, "open", "nothing")


def test_what_can_be_grouped_by_follows_from_the_columns() -> None:
    assert [by.name for by in usable(EXEC.columns)] == ["comm", "pid", "parent", "path", "user", "error"]
    assert [by.name for by in usable(OPEN.columns)] == ["comm", "pid", "path", "user", "error"]
    assert [by.name for by in usable(SLOW_COLUMNS)] == ["comm", "pid", "user", "unit", "error"]


def test_every_row_is_in_one_group() -> None:
    found = made(opens(100))
    assert found.said == "of the 100 rows kept"
    assert sum(group.events for group in found.groups) == 100
    assert sum(group.failed for group in found.groups) == 20
    assert {group.key for group in found.groups} == {"bash", "cron", "make", "nginx", "sshd"}
    assert found.span_ns == 99 * SECOND


def test_only_rows_that_pass_the_filter_are_counted() -> None:
    log = opens(100)
    log.select(parse("err:ENOENT"))
    assert [(group.key, group.events, group.failed) for group in made(log, ERROR).groups] == [("ENOENT", 20, 20)]


def test_a_group_has_its_latencies_where_rows_have_any() -> None:
    (group,) = made(opens(2), next(by for by in BYS if by.name == "user")).groups
    assert (group.timed, round(group.sum_us, 1), round(group.max_us, 1)) == (2, 4.4, 2.7)
    log = Log(EXEC.columns)
    log.add(0, [exec_row(0, START)], tested=False)
    shown = GroupSheet(groups(log, EXEC.columns, COMM, "", 1, Memory()), "exec", "")
    assert "average_us" not in [column.id for column in shown.columns]


def test_a_row_of_the_table_has_numbers_and_what_the_filter_can_have() -> None:
    shown = sheet(made(opens(100)))
    row = dict(zip((column.id for column in shown.columns), shown.row(0), strict=True))
    assert (row["count"], row["share"], row["key"]) == (20, 0.2, "bash")
    assert row["rate"] == pytest.approx(20 / 99)
    assert shown.cell(0, "count") == Cell("comm", "bash")
    assert shown.subject(0, "count") is None
    assert shown.name == "open-by-comm"


def test_groups_that_the_kernel_counted_are_shown_as_well() -> None:
    """Whoever counts, the table needs no more than this."""
    exact = Groups(BYS[1], [Group(812, "nginx", 3_000_000, 7, 0)], 10 * SECOND, "of all 3,000,000 events")
    text = drawn(sheet(exact), LOOK, 100, 4)[1].text
    assert text.split() == ["3.00M", "300k", "7", "100%", "█████████", "812", "nginx"]
    assert sheet(exact).subject(0, "key") == Process(812, "nginx", 0)


def test_paths_are_grouped_by_folders_and_looked_into() -> None:
    log = opens(100)
    assert {group.key for group in made(log, PATH).groups} == {"/etc/", "/usr/", "/proc/", "/var/"}
    inside = made(log, PATH, "/usr/")
    assert {group.key for group in inside.groups} == {"/usr/lib/", "/usr/share/"}
    assert inside.said == f"of the {sum(group.events for group in inside.groups)} rows kept"
    file = made(log, PATH, "/etc/")
    assert [group.key for group in file.groups] == ["/etc/hosts"]
    assert sheet(file).subject(0, "key") == File("/etc/hosts")
    assert sheet(inside).cell(0, "key") in {Cell("path", one, begins=True) for one in ("/usr/lib/", "/usr/share/")}


paths = st.text(st.sampled_from('/ab *?[]!"\\{,~^$')).map(lambda text: f"/a/{text}b")


@given(st.lists(paths, min_size=1, max_size=20), st.integers(1, 3))
def test_a_filter_made_of_a_group_of_paths_lets_pass_what_is_in_it(some: list[str], depth: int) -> None:
    log = Log(OPEN.columns)
    at = [column.id for column in OPEN.columns].index("path")
    log.add(0, [[*(row := open_row(1, START))[:at], path, *row[at + 1 :]] for path in some], tested=False)
    found = made(log, PATH, depth=depth)
    for at, group in enumerate(found.groups):
        cell = sheet(found).cell(at, "key")
        assert isinstance(cell, Cell)
        only, without = (
            parse(with_term("", cell.key, cell.value, negated, begins=cell.begins)) for negated in (False, True)
        )
        passing = {path for path in some if only.matches({"path": path})}
        assert passing == {path for path in some if path.startswith(cell.value)}
        assert passing >= {path for path in some if folder(path, "", depth) == group.key}
        assert passing.isdisjoint(path for path in some if without.matches({"path": path}))


@pytest.mark.parametrize(
    ("path", "inside", "depth", "found"),
    [
        ("/etc/hosts", "", 1, "/etc/"),
        ("/etc/hosts", "", 3, "/etc/"),
        ("/usr/lib/x/y.so", "", 2, "/usr/lib/"),
        ("/usr/lib/x/y.so", "/usr/", 1, "/usr/lib/"),
        ("/usr/lib/y.so", "/usr/lib/", 1, "/usr/lib/y.so"),
        ("/vmlinuz", "", 1, "/vmlinuz"),
        ("lib/x", "", 1, "lib/"),
        ("x", "", 1, "x"),
        ("", "", 1, ""),
        ("/", "", 1, "/"),
    ],
)
def test_folders(path: str, inside: str, depth: int, found: str) -> None:
    assert folder(path, inside, depth) == found


@given(st.text(alphabet="/ab", max_size=12), st.integers(1, 3))
def test_a_folder_is_how_its_path_begins_and_one_gets_to_its_end(path: str, depth: int) -> None:
    inside, before = "", None
    while inside not in {before, path}:
        found = folder(path, inside, depth)
        assert path.startswith(found)
        before, inside = inside, found
        depth = 1
    assert inside == path


def test_one_looks_as_deep_as_folders_tell_something() -> None:
    assert depth_of([f"/{name}/x" for name in "abcdef"]) == 1
    assert depth_of([f"/usr/{name}/x" for name in "abcdef"]) == 2
    assert depth_of([]) == 3


NAMES = st.none() | st.text(max_size=20)


@given(st.lists(st.builds(Group, NAMES, st.text(max_size=9), st.integers(0, 1 << 50), st.integers(0, 9), st.just(1),
                          st.floats(0, 1e12), st.floats(0, 1e12)), max_size=5, unique_by=lambda group: group.key),
       st.sampled_from(BYS), st.integers(1, 200))  # fmt: skip
def test_any_groups_fit(some: list[Group], by: By, width: int) -> None:
    for look in (LOOK, PLAIN):
        strips = drawn(sheet(Groups(by, some, SECOND, "")), look, width, 7)
        assert {strip.cell_length for strip in strips} == {width}
    assert all(strip.text.isascii() for strip in strips)


def test_how_processes_ended_is_counted_of_the_rows_that_are_kept() -> None:
    log = Log(EXEC.columns)
    log.add(0, [exec_row(0, START + n) for n in range(4)], tested=False)
    log.finish([Exit(0, 1, 0, None, 1.0), Exit(1, 1, 2, None, 1.0), Exit(2, 1, None, "SIGSEGV", 1.0)])
    found = groups(log, EXEC.columns, COMM, "", 1, Memory())
    shown = GroupSheet(found, "exec", "")
    row = dict(zip((column.id for column in shown.columns), shown.row(0), strict=True))
    assert (row["count"], row["bad"]) == (4, 2)
    assert "BAD EXIT" in drawn(shown, LOOK, 80, 4)[0].text
    assert "bad" not in [column.id for column in sheet(made(opens(9))).columns]


def test_the_name_of_a_parent_has_room_in_80_cells() -> None:
    parent = next(by for by in BYS if by.name == "parent")
    some = [Group(812, "nginx-of-mine", 3_000_000, 7, 9, 1e9, 1e6)]
    assert "nginx-of-mine" in drawn(sheet(Groups(parent, some, 10 * SECOND, "")), LOOK, 78, 4)[1].text
