"""A guest: another Linux, emulated, on this machine's files, with disks of our choice.

It sees the host's files read-only, with room in memory to write above them, so that the project and its environment
are there as they are here. No network, and nothing of it stays.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Timer
from typing import NamedTuple

from tests.lab import initramfs

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
RELEASE = "trixie"
"""The release of Debian whose kernel a guest has, unless another is asked for."""
MODULES = (
    *("virtio_pci", "virtio_console", "virtio_blk", "9pnet_virtio", "9p", "overlay"),
    *("raid0", "loop", "fuse", "crc32c_generic", "ext4"),
)
PORTS = ("out", "code", "file")
SPEED = ("console=ttyS0", "quiet", "panic=-1", "mitigations=off", "tsc=reliable", "random.trust_cpu=on")


class Ended(NamedTuple):
    """How a guest ended: the exit code of its command, and what it wrote into its file."""

    code: int
    file: bytes


class GuestError(Exception):
    """A guest could not be had, or did not come to its end: why, in one line."""


def cache() -> Path:
    """Where kernels and tools are kept, some 100 MB for each kernel: LAB, or below XDG_CACHE_HOME."""
    place = os.environ.get("LAB") or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ebtop-lab"
    return Path(place)


def fetch(release: str) -> Path:
    """Makes sure that everything is there that a guest needs: where it is. Raises GuestError."""
    done = subprocess.run(["sh", HERE / "fetch.sh", cache(), release], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise GuestError(done.stdout.strip() or f"what a guest needs cannot be put into {cache()}")
    return cache()


def run(
    command: str,
    disks: Sequence[Path] = (),
    say: Callable[[str], object] = print,
    patience_s: float = 300,
    release: str = RELEASE,
) -> Ended:
    """Boots a guest with these files as its disks vda, vdb, ..., runs a shell command there, as root and in the folder
    of the project, and switches it off. `say` gets each line of its output as it comes. Raises GuestError.

    patience_s  then it is switched off, whatever it does
    release     of Debian, whose kernel it has
    """
    lab = fetch(release)
    kernel = lab / "kernels" / release
    with tempfile.TemporaryDirectory(prefix="ebtop-guest-") as name:
        folder = Path(name)
        _furnish(folder, lab, kernel, command)
        words = _qemu(folder, lab, kernel, disks)
        log = (folder / "log").open("wb")
        with log, subprocess.Popen(words, stdout=subprocess.PIPE, stderr=log) as machine:
            limit = Timer(patience_s, machine.kill)
            limit.start()
            try:
                assert machine.stdout is not None
                for line in machine.stdout:
                    say(line.decode("utf-8", "backslashreplace").rstrip("\r\n"))
            finally:
                limit.cancel()
                machine.kill()
        code = (folder / "code").read_text().strip()
        if not code:
            raise GuestError(f"the guest did not come to its end: {_last_words(folder)}")
        return Ended(int(code), (folder / "file").read_bytes())


def _last_words(folder: Path) -> str:
    """The end of what the guest's kernel and the emulator said."""
    said = [line for file in ("console", "log") for line in (folder / file).read_text("utf-8", "replace").splitlines()]
    return " | ".join([line for line in said if line][-3:])


def _furnish(folder: Path, lab: Path, kernel: Path, command: str) -> None:
    """What the guest finds in its folder."""
    (modules,) = kernel.glob("**/lib/modules")
    busybox = next((lab / "tools").glob("**/bin/busybox"))
    (folder / "initramfs").write_bytes(initramfs.build(busybox, HERE / "guest/init", modules, MODULES))
    shutil.copy(HERE / "guest/start", folder)
    (folder / "command").write_text(f"cd {shlex.quote(str(ROOT))}\n{command}\n")
    (folder / "tools").symlink_to(lab / "tools")


def _qemu(folder: Path, lab: Path, kernel: Path, disks: Sequence[Path]) -> list[str]:
    image = next(kernel.glob("**/vmlinuz*"))
    command = ["setpriv", "--pdeathsig", "KILL"]  # it does not outlive us, however we end
    if (lab / "qemu").exists():
        data = (lab / "qemu/usr/share/qemu", "/usr/share/seabios", "/usr/share/qemu")
        command += [str(lab / "qemu/usr/bin/qemu-system-x86_64"), *(word for at in data for word in ("-L", str(at)))]
    else:
        command += ["qemu-system-x86_64"]
    command += ["-accel", "kvm" if _has_kvm() else "tcg,thread=multi"]
    command += ["-machine", "q35", "-cpu", "max", "-smp", "2", "-m", "2G"]
    command += ["-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"]
    command += ["-kernel", str(image), "-initrd", str(folder / "initramfs")]
    command += ["-append", " ".join([*SPEED, f"lab={folder}"]), "-serial", f"file:{folder / 'console'}"]
    command += ["-fsdev", "local,id=root,path=/,security_model=none,readonly=on,multidevs=remap"]
    command += ["-device", "virtio-9p-pci,fsdev=root,mount_tag=root", "-device", "virtio-serial-pci"]
    for port in PORTS:
        place = "/dev/stdout" if port == "out" else folder / port
        command += ["-chardev", f"file,id={port},path={place}", "-device", f"virtserialport,chardev={port},name={port}"]
    command += ["-object", "iothread,id=disks"]  # their requests do not wait for what else is emulated
    for number, disk in enumerate(disks):
        command += ["-drive", f"file={disk},if=none,id=disk{number},format=raw,cache=none,aio=threads"]
        command += ["-device", f"virtio-blk-pci,drive=disk{number},iothread=disks,serial=LAB-000{number}"]
    return command


def _has_kvm() -> bool:
    """Whether the processor itself can run guests; else it is emulated, which is slower."""
    flags = Path("/proc/cpuinfo").read_text().split()
    return os.access("/dev/kvm", os.R_OK | os.W_OK) and not {"vmx", "svm"}.isdisjoint(flags)
