"""The block probe: how long each disk really takes, for which operation, and for whom."""

from __future__ import annotations

from pathlib import Path

from probes.block_reader import BlockReader
from probes.columns import Column, ProbeInfo
from probes.kernel.btf import Btf
from probes.kernel.loader import Hook
from probes.probe import PARENT, Probe, offsets
from probes.registry import BY_ID

TRACEPOINTS = ("insert", "issue", "requeue", "complete", "merge")

SLOW_COLUMNS = (
    Column("time", "TIME", "time", 12, "when the request ended", priority=6),
    Column("pid", "PID", "pid", 7, "process that submitted it", priority=4),
    Column("tid", "TID", "pid", 0, "thread that submitted it"),
    Column("comm", "COMM", "word", 15, "name of that thread", priority=5),
    Column("user", "USER", "word", 0, "user of that process"),
    Column("uid", "UID", "number", 0, "numeric user id"),
    Column("cgroup", "CGROUP", "text", 0, "cgroup of that process, or for a kernel thread of whose pages it writes"),
    Column("disk", "DISK", "word", 8, "disk", priority=7),
    Column("op", "OP", "word", 7, "operation", priority=5),
    Column("flags", "FLAGS", "word", 9, "sync, meta, readahead, fua, prio", priority=1),
    Column("sector", "SECTOR", "number", 11, "first sector, of 512 bytes", priority=2),
    Column("bytes", "SIZE", "bytes", 7, "bytes of the request", priority=2),
    Column("queue_us", "QUEUE us", "us", 9, "from insertion into the queue to issue, in microseconds", priority=3),
    Column("device_us", "DEVICE us", "us", 10, "from issue to completion, in microseconds", priority=8),
    Column("error", "ERROR", "error", 8, "why it failed", priority=6),
)
"""Of single requests that took long, or failed."""
KINDS_OF_DISK = 64
"""Operations, flags, sizes and patterns that an ordinary disk shows at once."""
MOST_HISTS = 16384
MOST_REQUESTS = 131072

FIELDS = PARENT | {
    "TASK_FLAGS": ("task_struct", "flags"),
    "TASK_COMM": ("task_struct", "comm"),
    "TASK_GROUP_LEADER": ("task_struct", "group_leader"),
    "RQ_BIO": ("request", "bio"),
    "RQ_QUEUE": ("request", "q"),
    "RQ_DATA_LEN": ("request", "__data_len"),
    "RQ_SECTOR": ("request", "__sector"),
    "RQ_CMD_FLAGS": ("request", "cmd_flags"),
    "DISK_NAME": ("gendisk", "disk_name"),
    "DISK_QUEUE": ("gendisk", "queue"),
    "BIO_OPF": ("bio", "bi_opf"),
}
OWNER = {
    "BIO_BLKG": ("bio", "bi_blkg"),
    "BLKG_BLKCG": ("blkcg_gq", "blkcg"),
    "BLKCG_CSS": ("blkcg", "css"),
    "CSS_CGROUP": ("cgroup_subsys_state", "cgroup"),
    "CGROUP_KN": ("cgroup", "kn"),
    "CGROUP_ROOT": ("cgroup", "root"),
    "ROOT_HIERARCHY": ("cgroup_root", "hierarchy_id"),
    "KN_ID": ("kernfs_node", "id"),
}
"""The way from a request to the cgroup that owns its pages; not on kernels without CONFIG_BLK_CGROUP."""
FLAGS = ("SYNC", "META", "RAHEAD", "FUA", "PRIO", "PREFLUSH")


def _facts(btf: Btf) -> dict[str, int]:
    facts = offsets(btf, FIELDS)
    head = ("RQ_QUEUE", "RQ_DATA_LEN", "RQ_SECTOR", "RQ_CMD_FLAGS")
    facts["RQ_HEAD"] = max(facts[name] for name in head) + 8  # read at once
    if all(btf.has(*where) for where in OWNER.values()):
        facts |= offsets(btf, OWNER)
    if btf.has("request", "rq_disk"):  # until 5.16
        facts["RQ_DISK"] = btf.offset("request", "rq_disk")
    else:
        facts["QUEUE_DISK"] = btf.offset("request_queue", "disk")
    if btf.has("bio", "bi_disk"):  # until 5.11
        facts["BIO_DISK"] = btf.offset("bio", "bi_disk")
    else:
        facts |= offsets(btf, {"BIO_BDEV": ("bio", "bi_bdev"), "BDEV_DISK": ("block_device", "bd_disk")})
    operations = "req_op" if btf.has_enum("req_op") else "req_opf"  # until 5.19
    facts["OP_ZONE_APPEND"] = btf.enumerator(operations, "REQ_OP_ZONE_APPEND")
    for flag in FLAGS:
        facts[f"FLAG_{flag}"] = btf.enumerator("req_flag_bits", f"__REQ_{flag}")
    for name in TRACEPOINTS:
        # Which argument is the request: a queue stood before it until 5.11, and in some 5.10.
        argument = btf.tracepoint_argument(f"block_rq_{name}", "request")
        facts[f"ARG_{name.upper()}"] = argument or 0
    facts["ARG_ASK"] = btf.tracepoint_argument("block_bio_queue", "bio") or 0
    return facts


def _entries() -> dict[str, int]:
    """Room for each disk's kinds of requests, and for every request that the disks can have at once."""
    disks = [disk for disk in Path("/sys/block").iterdir() if not disk.name.startswith("ram")]
    requests = sum(_requests_of(disk) for disk in disks)
    return {
        "hists": min(max(KINDS_OF_DISK * len(disks), 1024), MOST_HISTS),
        "requests": min(max(2 * requests, 8192), MOST_REQUESTS),
    }


def _requests_of(disk: Path) -> int:
    """How many requests a disk's pools have, of its hardware queues and of its scheduler."""
    try:
        queues = max(len(list((disk / "mq").iterdir())), 1) if (disk / "mq").is_dir() else 0
        return 2 * queues * int((disk / "queue/nr_requests").read_text())
    except (OSError, ValueError):
        return 0


PROBE = Probe(
    info=ProbeInfo(*BY_ID["block"], view="latency", columns=SLOW_COLUMNS),
    hooks=(
        Hook("completed", "block_rq_complete"),
        Hook("requeued", "block_rq_requeue"),
        Hook("merged", "block_rq_merge", optional=True),
        Hook("issued", "block_rq_issue"),
        Hook("inserted", "block_rq_insert"),
        Hook("asked", "block_bio_queue", optional=True),
    ),
    facts=_facts,
    reader=BlockReader,
    counting=(),  # what the kernel passes over is found by what is left in flight
    entries=_entries,
)
