"""The processes above those in rows: from the kernel's bytes to a parent of each."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from probes.kin import ABOVE, Kin
from probes.merge import merge_kin

PARENTS = {7: 6, 6: 5, 5: 1, 40: 30, 30: 20, 20: 5}
"""A forest as it is on a box: 1 is above all of them."""
pids = st.integers(1, 50)


def above(pid: int) -> bytes:
    """What the kernel's side writes."""
    line = []
    while len(line) < ABOVE.size // 4:
        pid = PARENTS.get(pid, 0)
        line.append(pid)
    return ABOVE.pack(*line)


@given(st.lists(st.sampled_from([*PARENTS, 1]), max_size=20))
def test_a_parent_of_each(told: list[int]) -> None:
    kin = Kin()
    for pid in told:
        kin.add(pid, above(pid))
    found = kin.parents()
    assert found.items() <= PARENTS.items()
    assert set(found) >= set(told) - {1}


def test_a_line_of_which_the_kernel_told_only_the_nearest() -> None:
    kin = Kin()
    kin.add(100, ABOVE.pack(*range(99, 91, -1)))
    assert kin.parents() == {pid: pid - 1 for pid in range(100, 92, -1)}


def test_who_has_no_parent_that_can_be_told_has_none() -> None:
    kin = Kin()
    kin.add(0, ABOVE.pack(1, 2, 0, 0, 0, 0, 0, 0))
    kin.add(5, ABOVE.pack(0, 7, 0, 0, 0, 0, 0, 0))
    assert kin.parents() == {}


@given(st.dictionaries(pids, pids), st.dictionaries(pids, pids), st.integers(1, 30))
def test_what_waits_is_bounded_and_the_newest_stays(before: dict[int, int], now: dict[int, int], most: int) -> None:
    merged = merge_kin(before, now, most)
    assert len(merged) == min(len(before | now), most)
    assert merged.items() <= (before | now).items()
    if len(now) <= most:
        assert now.items() <= merged.items()
