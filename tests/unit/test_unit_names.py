"""A cgroup has the name that a person would look for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.unit_names import MOST, container_names, unit_name

ID = "0123456789abcdef" * 4
POD = "pod8a4f6d1c_0b5e_4a86_a4c4_0c0c8d4dd8a6"
NAMES = {
    "": "",
    "/": "/",
    "/system.slice/nginx.service": "nginx.service",
    "/system.slice/nginx.service/workers/3": "nginx.service",
    "/system.slice/system-getty.slice/getty@tty1.service": "getty@tty1.service",
    r"/system.slice/system-postgresql.slice/postgresql@15\x2dmain.service": "postgresql@15-main.service",
    r"/system.slice/dev-disk-by\x2duuid.swap": "dev-disk-by-uuid.swap",
    "/system.slice": "system.slice",
    "/init.scope": "init.scope",
    "/my-own/group": "group",
    f"/system.slice/docker-{ID}.scope": "docker 0123456789ab",
    f"/system.slice/docker-{ID}.scope/init": "docker 0123456789ab",
    f"/docker/{ID}": "docker 0123456789ab",
    f"/docker/buildkit/{ID}": "docker 0123456789ab",
    f"/machine.slice/libpod-{ID}.scope/container": "podman 0123456789ab",
    f"/libpod_parent/libpod-{ID}": "podman 0123456789ab",
    f"/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-{ID}.scope": "podman 0123456789ab (uid 1000)",
    f"/user.slice/user-1000.slice/docker-{ID}.scope": "docker 0123456789ab (uid 1000)",
    f"/user.slice/user-1000.slice/user@1000.service/user-0.slice/docker-{ID}.scope": "docker 0123456789ab (uid 1000)",
    "/user.slice/user-1000.slice/user@1000.service/user-0.slice/session-1.scope": "session-1 (uid 1000)",
    r"/user.slice/user-1000.slice/machine-qemu\x2d1\x2dproddb.scope": "vm proddb (uid 1000)",
    f"/docker/{ID}/user.slice/user-1000.slice/session-2.scope": "docker 0123456789ab",
    f"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-{POD}.slice/cri-containerd-{ID}.scope": (
        "containerd 0123456789ab"
    ),
    f"/kubepods.slice/kubepods-{POD}.slice/crio-{ID}.scope": "cri-o 0123456789ab",
    f"/kubepods/burstable/pod8a4f6d1c/{ID}": "kubernetes 0123456789ab",
    f"/system.slice/containerd.service/kubepods-burstable-{POD}.slice:cri-containerd:{ID}": "containerd 0123456789ab",
    f"/docker/{ID}/kubelet.slice/kubelet-kubepods.slice/cri-containerd-{'f' * 64}.scope": "containerd ffffffffffff",
    f"/{ID}": "container 0123456789ab",
    "/lxc.payload.web-1/system.slice/nginx.service": "lxc web-1",
    "/lxc/web-1": "lxc web-1",
    r"/machine.slice/machine-qemu\x2d3\x2ddb\x2d1.scope/libvirt/emulator": "vm db-1",
    "/machine.slice/machine-web.scope": "machine web",
    "/user.slice/user-1000.slice/session-2.scope": "session-2 (uid 1000)",
    "/user.slice/user-0.slice/session-c1.scope": "session-c1 (uid 0)",
    "/user.slice/user-1000.slice": "user-1000.slice",
    "/user.slice/user-1000.slice/user@1000.service": "user@1000.service",
    "/user.slice/user-1000.slice/user@1000.service/init.scope": "init.scope (uid 1000)",
    "/user.slice/user-1000.slice/user@1000.service/app.slice/app-foo.scope": "foo (uid 1000)",
    "/user.slice/user-1000.slice/user@1000.service/app.slice/app-gnome-org.mozilla.firefox-2345.scope": (
        "org.mozilla.firefox (uid 1000)"
    ),
    r"/user.slice/user-1000.slice/user@1000.service/app.slice/app-my\x2dapp@0a1b.service": "my-app (uid 1000)",
    "/user.slice/user-1000.slice/user@1000.service/app.slice/dbus.service": "dbus.service (uid 1000)",
    "/user.slice/user-1000.slice/user@1000.service/tmux-spawn-1234.scope": "tmux-spawn-1234.scope (uid 1000)",
    "/../../system.slice/cron.service": "cron.service",
}
PIECES = st.sampled_from(
    [
        "docker",
        "lxc",
        ID,
        f"docker-{ID}.scope",
        "user-1.slice",
        "user@1.service",
        "app-",
        r"\x2d",
        "a.service",
        "-",
        "@",
    ]
)


@pytest.mark.parametrize(("path", "name"), NAMES.items())
def test_a_cgroup_has_the_name_that_people_use(path: str, name: str) -> None:
    assert unit_name(path) == name


@given(st.lists(PIECES | st.text(max_size=300), max_size=8).map("/".join))
def test_any_path_has_a_name_of_bounded_length(path: str) -> None:
    name = unit_name(path)
    assert len(name) <= MOST
    assert bool(name) == bool(path)


def test_the_user_is_not_cut_away_with_a_long_name() -> None:
    path = f"/user.slice/user-1000.slice/user@1000.service/{'x' * 200}.service"
    assert unit_name(path).endswith("x (uid 1000)")
    assert unit_name(f"/user.slice/user-1000.slice/lxc/{'x' * 200}").endswith("x (uid 1000)")


def test_a_path_made_to_be_slow_is_not() -> None:
    """Should a pattern have to try all the ways to take it apart, this would take minutes."""
    for piece in ("app-" + "-a" * 2000 + "@", "a-" * 2000 + "0" * 63, "machine-qemu-1-" * 2000, "user-" * 2000):
        assert len(unit_name(f"/user-1.slice/{piece}/{piece}.service")) <= MOST


ID = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("path", "names"),
    [
        (f"/system.slice/docker-{ID}.scope", ("docker 0123456789ab", "0123456789ab", ID)),
        (f"/machine.slice/libpod-{ID}.scope/container", ("podman 0123456789ab", "0123456789ab", ID)),
        (f"/kubepods/besteffort/pod1/{ID}", ("kubernetes 0123456789ab", "0123456789ab", ID)),
        ("/lxc.payload.web/system.slice", ("lxc web", "web")),
        (f"/user.slice/user-7.slice/{ID}", ("container 0123456789ab (uid 7)", "0123456789ab", ID)),
        ("/user.slice/user-7.slice/lxc/web", ("lxc web (uid 7)", "web")),
        ("/system.slice/nginx.service", ()),
        ("/", ()),
        ("", ()),
    ],
)
def test_containers_have_several_names(path: str, names: tuple[str, ...]) -> None:
    assert container_names(path) == names
