"""Rows of each probe, for filters to be tried on."""

from __future__ import annotations

from typing import Any

from probes.filter import parse

CONTAINER = "/system.slice/docker-" + "0123456789abcdef" * 4 + ".scope"
ROW: dict[str, Any] = {
    "pid": 10, "tid": 12, "ppid": 1, "tree": "5,6", "comm": "nginx", "user": "www-data", "uid": 33,
    "path": "/etc/nginx/nginx.conf", "fd": 3, "error": None, "latency_us": 1500.0,
    "cgroup": "/system.slice/nginx.service",
}  # fmt: skip
FAILED = {"fd": None, "error": "ENOENT"}
EXEC: dict[str, Any] = {
    "pid": 10, "comm": "sh", "filename": "/bin/sh", "argv": ["sh", "-c", "exit 3"], "ret": 0, "error": None,
    "cgroup": CONTAINER,
}  # fmt: skip
SLOW: dict[str, Any] = {
    "pid": 10, "comm": "fio", "disk": "sda", "op": "write", "queue_us": 400.0, "device_us": 600.0, "error": None,
}  # fmt: skip


def holds(text: str, **fields: Any) -> bool:
    return parse(text).matches(ROW | fields)
