"""What ebtop needs of a machine, checked one by one: for `ebtop doctor`, and before live tests.

`python -I -m probes.checks` writes them as JSON: whoever shows them has no privileges, and need not be trusted by root.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

from probes import privileges, probe
from probes.attached import Attached
from probes.build import NO_BCC, build
from probes.filter import Filter
from probes.kernel import bpf, tracefs
from probes.kernel.btf import VMLINUX
from probes.kernel.compile import version_code
from probes.kernel.image import MapShape
from probes.kernel.loader import LoadError
from probes.registry import PROBES

OLDEST = 0x050800
KEPT = (*privileges.KEPT, privileges.CAP_SYS_ADMIN)
"""What the collector keeps, and what it does before it gives up the rest."""
ALL = tuple(entry.id for entry in PROBES)
UNKNOWN = "not checked: that needs root"


class Check(msgspec.Struct, frozen=True):
    """One precondition: whether it holds, what was found, why it matters, what to do, and for which probes.

    needed   those probes cannot work without it
    checked  False where an ordinary user may not look: then `ok` is False, and nothing is known
    """

    name: str
    ok: bool
    needed: bool
    found: str
    why: str
    remedy: str
    probes: tuple[str, ...] = ALL
    checked: bool = True


def run() -> list[Check]:
    """Every check, in the order in which a remedy is worth trying. Leaves nothing behind."""
    root = os.geteuid() == 0
    mounted = tracefs.events() is not None
    if root and not mounted:
        with suppress(OSError):
            tracefs.mount_privately()
    checks = [_privileges(root), _kernel(), _btf(), *_bpf(root), _tracefs(root, mounted), *_tracepoints(root), _bcc()]
    if all(check.ok for check in checks if check.needed) and root:
        checks += [_probe(id_) for id_ in ALL]
    return checks


def _privileges(root: bool) -> Check:
    missing = [name for name, number in privileges.NAMES.items() if not privileges.has(number)]
    found = f"root, without {', '.join(missing)}" if root and missing else "root" if root else f"user {os.getuid()}"
    remedy = "start the container with --privileged, or ebtop on the host" if root else "run it through sudo"
    return Check("privileges", root and not missing, True, found, "only root may load BPF programs", remedy)


def _kernel() -> Check:
    ok = version_code() >= OLDEST
    why = "ring buffers and CAP_BPF came with 5.8"
    return Check("kernel", ok, True, f"{os.uname().release} {os.uname().machine}", why, "boot a kernel 5.8 or newer")


def _btf() -> Check:
    ok = VMLINUX.exists()
    why = "it tells where the fields of kernel structs are"
    remedy = "boot a kernel built with CONFIG_DEBUG_INFO_BTF=y"
    return Check("BTF", ok, True, str(VMLINUX) if ok else "missing", why, remedy)


def _bpf(root: bool) -> Iterator[Check]:
    remedy = "boot a kernel with CONFIG_BPF_SYSCALL=y, 5.8 or newer"
    hash_, ring = (MapShape("check", *numbers, 0) for numbers in ((bpf.HASH, 4, 8, 1), (bpf.RINGBUF, 0, 0, 4096)))
    yield _map("BPF", root, hash_, "everything that ebtop shows is added up by BPF programs", remedy)
    yield _map("ring buffers", root, ring, "rows of exec and open come through them", remedy)
    try:
        os.close(bpf.enable_stats())
        found, ok = "on while the screen is shown", True
    except OSError as error:
        found, ok = (error.strerror or "no") if root else UNKNOWN, False
    yield Check("BPF statistics", ok, False, found, "they tell what ebtop's own programs cost", remedy, checked=root)


def _map(name: str, root: bool, shape: MapShape, why: str, remedy: str) -> Check:
    try:
        bpf.Map(shape).close()
    except OSError as error:
        return Check(name, False, True, (error.strerror or "no") if root else UNKNOWN, why, remedy, checked=root)
    return Check(name, True, True, "works", why, remedy)


def _tracefs(root: bool, mounted: bool) -> Check:
    place = tracefs.events()
    if place is not None and not mounted:
        found = "mounted nowhere; ebtop mounts it for itself alone"
    elif place is not None:
        found = str(place.parent)
    else:
        found = "cannot be mounted" if root else UNKNOWN
    why = "it gives tracepoints their numbers"
    remedy = "mount -t tracefs tracefs /sys/kernel/tracing"
    return Check("tracefs", place is not None, True, found, why, remedy, checked=place is not None or root)


def _tracepoints(root: bool) -> Iterator[Check]:
    folder = tracefs.events()
    for id_ in ALL:
        hooks = probe.get(id_).hooks
        for name, optional in dict.fromkeys((hook.tracepoint, hook.optional) for hook in hooks):
            there = folder is not None and any(folder.glob(name if "/" in name else f"*/{name}"))
            known = folder is not None or root
            found = "there" if there else "missing" if known else UNKNOWN
            why = "an older kernel or another machine may have none" if optional else "the probe hangs on it"
            remedy = (
                "none needed: the probe works without" if optional else "boot a kernel with CONFIG_FTRACE_SYSCALLS=y"
            )
            yield Check(f"tracepoint {name}", there, not optional, found, why, remedy, (id_,), known)


def _bcc() -> Check:
    why = "it compiles the probes, once for each kernel"
    remedy = NO_BCC.split("\n")[1]
    try:
        import bcc  # noqa: PLC0415  it maps all of LLVM
    except ImportError as error:
        return Check("bcc", False, True, str(error), why, remedy)
    return Check("bcc", True, True, f"{getattr(bcc, '__version__', 'unknown')}, {_llvm()}", why, remedy)


def _llvm() -> str:
    """The LLVM that bcc brought into this process."""
    found = re.search(r"libLLVM[-.](?:so\.)?([\d.]+\d)", Path("/proc/self/maps").read_text())
    return f"LLVM {found[1]}" if found else "LLVM within libbcc"


def _probe(id_: str) -> Check:
    """The proof: the probe is compiled, loaded, attached and taken out again."""
    why, remedy = "compiled, loaded and attached, then taken out again", "boot a newer kernel, or install a newer bcc"
    answer = build(id_)
    if answer.image is None:
        found, _, told = answer.error.partition("\n")
        return Check(f"probe {id_}", False, True, found, why, told or remedy, (id_,))
    try:
        attached = Attached(probe.get(id_), answer.image, 1000, Filter())
        attached.attach()
    except LoadError as error:
        found, _, told = str(error).partition("\n")
        return Check(f"probe {id_}", False, True, found, why, told or remedy, (id_,))
    attached.detach()
    attached.close()
    return Check(f"probe {id_}", True, True, "works", why, remedy, (id_,))


def main() -> None:
    out = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # compilers talk
    if os.geteuid() == 0:
        privileges.raise_limits()
        privileges.keep_only(tuple(filter(privileges.has, KEPT)))
        privileges.hide()
    with os.fdopen(out, "wb") as stream:
        stream.write(msgspec.json.encode(run()))


if __name__ == "__main__":
    main()
