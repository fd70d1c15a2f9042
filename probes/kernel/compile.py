"""Compiles a probe's C with bcc against the stub headers beside this file: no kernel headers are needed."""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from probes.kernel import bpf
from probes.kernel.image import Image, MapShape, Program

HEADERS = Path(__file__).parent / "headers"
LD_IMM64 = 0x18
PSEUDO_MAP_FD = 1


def compile_image(source: str, macros: Mapping[str, int]) -> Image:
    """The image of a source. Raises whatever bcc raises; needs the privilege to make BPF maps."""
    os.environ["BCC_KERNEL_SOURCE"] = str(HEADERS)
    from bcc import BPF, lib  # noqa: PLC0415  it maps all of LLVM: only where something is compiled

    flags = [f"-D{name}={value}" for name, value in sorted(macros.items())]
    # A foreign architecture's warnings are of no use, and bcc's own headers give some under each clang.
    module: Any = BPF(text=source, cflags=["-w", f"-DLINUX_VERSION_CODE={version_code()}", *flags])
    lib.bpf_table_name.restype, lib.bpf_table_name.argtypes = ctypes.c_char_p, (ctypes.c_void_p, ctypes.c_size_t)
    shapes: list[MapShape] = []
    index_of_fd: dict[int, int] = {}
    for i in range(lib.bpf_num_tables(module.module)):
        fd = lib.bpf_table_fd_id(module.module, i)
        index_of_fd[fd] = len(shapes)
        shapes.append(bpf.map_shape(fd, lib.bpf_table_name(module.module, i).decode()))
    programs = []
    for i in range(lib.bpf_num_functions(module.module)):
        name = lib.bpf_function_name(module.module, i)
        programs.append(_program(name.decode(), module.dump_func(name), index_of_fd))
    return Image(tuple(programs), tuple(shapes))


def _program(name: str, code: bytes, index_of_fd: dict[int, int]) -> Program:
    """A program with the compiler's own map fds taken out of its instructions."""
    instructions, maps = bytearray(code), []
    at = 0
    while at < len(code):
        opcode, registers, _offset, value = struct.unpack_from("=BBhi", code, at)
        if opcode == LD_IMM64 and registers >> 4 == PSEUDO_MAP_FD:
            maps.append((at // 8, index_of_fd[value]))
            struct.pack_into("=i", instructions, at + 4, 0)
        at += 16 if opcode == LD_IMM64 else 8
    return Program(name, bytes(instructions), tuple(maps))


def version_code() -> int:
    """LINUX_VERSION_CODE of the running kernel, e.g. 0x060c05 for 6.12.5."""
    numbers = [
        int("".join(c for c in part if c.isdigit()) or 0) for part in os.uname().release.split("-")[0].split(".")
    ]
    major, minor, patch = [*numbers, 0, 0, 0][:3]
    return major << 16 | minor << 8 | min(patch, 255)
