"""Which trees a process is in, from who is whose parent."""

from __future__ import annotations

import os
import subprocess

from hypothesis import given
from hypothesis import strategies as st

from probes.trees import inherited, processes, room


@given(st.dictionaries(st.integers(1, 12), st.integers(0, 12)), st.dictionaries(st.integers(1, 12), st.integers(1, 7)))
def test_a_process_is_in_the_trees_of_all_above_it(parents: dict[int, int], roots: dict[int, int]) -> None:
    found = inherited(parents, {}, roots)
    for pid in {*parents, *roots}:
        above, at = set[int](), pid
        while at not in above:
            above.add(at)
            at = parents.get(at, at)
        wanted = 0
        for one in above:
            wanted |= roots.get(one, 0)
        assert found.get(pid, 0) == wanted


def test_what_is_in_a_tree_stays_there_whoever_its_parent_is() -> None:
    assert inherited({7: 1, 8: 7}, {7: 2}, {5: 1}) == {5: 1, 7: 2, 8: 2}


def test_processes_are_told_with_their_parents_and_whether_they_have_ended() -> None:
    with subprocess.Popen(["true"], stdout=subprocess.PIPE) as child:
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        found = {process.pid: process for process in processes()}
        assert found[child.pid].parent == os.getpid()
        assert found[child.pid].ended
    assert not found[os.getpid()].ended
    assert room() >= len(found)
