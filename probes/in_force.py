"""A filter in the maps of a probe that is loaded: put in force, and kept up with processes and cgroups that come."""

from __future__ import annotations

import struct
from contextlib import suppress
from typing import NamedTuple

from probes.cgroups import Cgroups
from probes.filter.match import holds
from probes.filter.plan import Plan
from probes.filter.terms import Term
from probes.kernel.loader import Loaded
from probes.pushdown import kernel_filter
from probes.trees import HOOKS, Trees

_ID, _VERDICT = struct.Struct("=Q"), struct.Struct("=2I")
NO_CGROUP = 0
"""Stands for the cgroup of work that nobody's is known to be."""


class Flags(NamedTuple):
    """What the kernel's side must know besides the filter: see struct settings in common.bpf.h."""

    slot: int = 0
    timed: bool = False
    following: bool = False
    recording: bool = False


class InForce:
    """The filter that a probe's programs test. What is put in force holds once the settings have its `flags`."""

    def __init__(self, loaded: Loaded) -> None:
        self._loaded, self._maps = loaded, loaded.maps
        self.flags = Flags()
        self._trees = Trees(self._maps["tree"], self._maps["forks"])
        self._terms: tuple[tuple[Term, ...], tuple[Term, ...]] = ((), ())
        self._cgroups: Cgroups | None = None

    def follow(self, plan: Plan) -> bool:
        """Gets ready to follow the trees of a plan; whether forks must be recorded while `put` runs.

        Raises OSError and LoadError.
        """
        if set(plan.roots) <= self._trees.bits.keys():
            return False
        if not self.flags.following:
            self._loaded.follow(HOOKS)
        self.flags = self.flags._replace(following=True, recording=True)
        return True

    def put(self, plan: Plan) -> None:
        """Writes the filter that is not in force. Raises FilterError and OSError."""
        if self.flags.recording:
            self._trees.add(plan.roots)
        slot = self.flags.slot ^ 1
        self._terms = (plan.cgroup_terms, self._terms[1]) if slot == 0 else (self._terms[0], plan.cgroup_terms)
        if plan.cgroup_terms:
            self._judge_all()
        data = kernel_filter(plan, self._trees.bits)
        self._maps["filters"].update(struct.pack("=I", slot), data)
        self.flags = Flags(slot, plan.timed, bool(self._trees.bits))

    def settled(self, plan: Plan) -> None:
        """Lets go of what only the filter before needed; to be called once the new one holds."""
        self._trees.keep(plan.roots)
        if self.flags.following and not plan.roots:
            self._loaded.unfollow()
            self.flags = self.flags._replace(following=False)
        if not plan.cgroup_terms:
            self._terms = ((), ())

    def learn(self) -> None:
        """Judges the cgroups that came up since the last time. Cheap where no filter asks for cgroups."""
        if self._cgroups is None or not any(self._terms):
            return
        for key, _nothing in self._maps["strangers"].items():  # noqa: PERF102  a map, not a dict
            (number,) = _ID.unpack(key)
            path = self._cgroups.path(number)
            if path:
                self._judge(number, path)
            self._maps["strangers"].delete(key)

    def trees(self, bits: int) -> str | None:
        """The processes that are followed and above one whose row has these bits."""
        return self._trees.named(bits)

    def close(self) -> None:
        """Gives back what it opened."""
        if self._cgroups is not None:
            self._cgroups.close()

    def _judge_all(self) -> None:
        if self._cgroups is None:
            self._cgroups = Cgroups()
        verdicts = self._maps["verdicts"]
        known = {NO_CGROUP: "", **self._cgroups.all()}
        for key, _verdict in verdicts.items():  # noqa: PERF102  a map, not a dict
            if _ID.unpack(key)[0] not in known:
                verdicts.delete(key)
        for number, path in known.items():
            self._judge(number, path)

    def _judge(self, number: int, path: str) -> None:
        bits = [sum(_fits(term, path) << bit for bit, term in enumerate(terms)) for terms in self._terms]
        with suppress(OSError):  # there is no room for more: what is not known passes, and its rows are tested
            self._maps["verdicts"].update(_ID.pack(number), _VERDICT.pack(*bits))


def _fits(term: Term, path: str) -> bool:
    return holds(term, {"cgroup": path or None}) != term.negated
