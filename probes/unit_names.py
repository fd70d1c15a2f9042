"""What a person calls a cgroup: the systemd unit or the container behind its path, and whose it is. Pure.

Paths are those of cgroup v2 as systemd, container engines and Kubernetes lay them out; what is none of theirs
keeps the name of its last folder. Names are as the kernel gave them: not safe to print.
"""

from __future__ import annotations

import re
from functools import lru_cache

MOST = 64
"""Characters of a name at most."""
ID_CHARACTERS = 12
"""As much of a container's id as its tools show and take."""
ENGINES = {"docker": "docker", "libpod": "podman", "cri-containerd": "containerd", "crio": "cri-o"}

_CONTAINER = re.compile(r"(?:.*:)?([A-Za-z][\w.-]{0,40}?)[-:]([0-9a-f]{64})(?:\.scope)?")
_BARE_ID = re.compile(r"[0-9a-f]{64}")
_LXC = re.compile(r"lxc\.payload[.@](.+)")
_MACHINE = re.compile(r"machine-(?:(qemu|lxc)-\d+-)?(.+)\.scope")
_SESSION = re.compile(r"(session-\w+)\.scope")
_USER = re.compile(r"user-(\d{1,10})\.slice|user@(\d{1,10})\.service")
_UNIT = re.compile(r".+\.(?:service|scope|socket|mount|swap)")
_SLICE = re.compile(r".+\.slice")
_APPLICATION = re.compile(r"app-(?:.*?-)??([^-@]+?)(?:-\d+\.scope|@[^@]*\.service|\.scope|\.service)")
_ESCAPED = re.compile(r"\\x([2-7][0-9a-f])")


@lru_cache(4096)
def unit_name(path: str) -> str:
    """The short name of the cgroup at `path`, e.g. `nginx.service`, `docker 0123456789ab`, `session-2 (uid 1000)`.

    Empty for an empty path, `/` for the root. What is below a user's slice says whose it is: its user names it.
    """
    folders = [folder for folder in path.split("/") if folder]
    if not folders:
        return path[:1]
    return (_container(folders)[0] or _of_user(folders) or _unit(folders) or _plain(folders[-1]))[:MOST]


@lru_cache(4096)
def container_names(path: str) -> tuple[str, ...]:
    """What the container or virtual machine of a cgroup is called: as `unit_name` has it, that without the engine, and
    its whole id where it has one. Empty where the cgroup is none.
    """
    folders = [folder for folder in path.split("/") if folder]
    name, short = _container(folders)
    if not name:
        return ()
    ids = (found[0] for folder in folders if (found := _BARE_ID.search(folder)) and found[0].startswith(short))
    return (name, short, *ids)


def _container(folders: list[str]) -> tuple[str, str]:
    """The innermost container or virtual machine, with and without its engine and owner; empty texts: there is none."""
    for at, folder in reversed(list(enumerate(folders))):
        if found := _in_engine(folders[:at], folder):
            engine, short = found
            user = _user(folders[:at])
            return _owned(f"{engine} {short}", user[1] if user else ""), short
    return "", ""


def _in_engine(above: list[str], folder: str) -> tuple[str, str] | None:
    """The engine, and what it calls its container; None: it is no container's folder."""
    if found := _CONTAINER.fullmatch(folder):
        return ENGINES.get(found[1], found[1]), found[2][:ID_CHARACTERS]
    if _BARE_ID.fullmatch(folder):
        return _engine_above(above), folder[:ID_CHARACTERS]
    if found := _LXC.fullmatch(folder):
        return "lxc", _plain(found[1])
    if above[-1:] == ["lxc"]:
        return "lxc", _plain(folder)
    if found := _MACHINE.fullmatch(_plain(folder)):
        return "vm" if found[1] == "qemu" else found[1] or "machine", found[2]
    return None


def _engine_above(folders: list[str]) -> str:
    """Whose container it is that has nothing but its id for a name."""
    if any(folder.startswith("kubepods") for folder in folders):
        return "kubernetes"
    return "docker" if "docker" in folders else "container"


def _of_user(folders: list[str]) -> str:
    """A session, a service or an application of a user."""
    user = _user(folders)
    if not user:
        return ""
    at, uid = user
    below = [folder for folder in folders[at + 1 :] if _UNIT.fullmatch(folder)]
    if not below:
        return "" if _UNIT.fullmatch(folders[at]) else f"user-{uid}.slice"
    unit = _plain(below[-1])
    if found := _SESSION.fullmatch(unit):
        unit = found[1]
    elif found := _APPLICATION.fullmatch(below[-1]):
        unit = _plain(found[1])
    return _owned(unit, uid)


def _user(folders: list[str]) -> tuple[int, str] | None:
    """Whose slice it is in, and where the user's part begins: the outermost one counts, since further in its user may
    make folders of any name."""
    users = [(at, found[1] or found[2]) for at, folder in enumerate(folders) if (found := _USER.fullmatch(folder))]
    return max((one for one in users if one[1] == users[0][1]), default=None)


def _owned(name: str, uid: str) -> str:
    owner = f" (uid {uid})" if uid else ""
    return name[: MOST - len(owner)] + owner


def _unit(folders: list[str]) -> str:
    """The innermost unit, or else the innermost slice."""
    for kind in (_UNIT, _SLICE):
        for folder in reversed(folders):
            if kind.fullmatch(folder):
                return _plain(folder)
    return ""


def _plain(folder: str) -> str:
    """Without systemd's way to write characters that its names must not have."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), folder)
