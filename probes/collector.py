"""The privileged half of ebtop: `python -I -m probes.collector OPTIONS` (a JSON object).

Reads controls on standard input and writes a session on standard output: see probes.snapshot and probes.wire.
It ends when it is told to, when its input is closed or when nobody reads its output any more; whatever it put
into the kernel hangs on file descriptors of its own and goes with it, however it ends.
"""

from __future__ import annotations

import errno
import faulthandler
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress

import msgspec

from probes import broker, privileges, probe, wire
from probes import filter as filters
from probes.kernel import bpf, tracefs
from probes.registry import PROBES
from probes.session import Means, Options, Session
from probes.snapshot import Bye


def fail(output_fd: int, reason: str) -> None:
    """Ends a session that could not begin: `reason` says why and what to do, a line each."""
    os.write(output_fd, wire.encode(Bye(reason)))


def prepare(options: Options) -> Means:
    """Everything that needs more privileges than the session; then gives them up. Raises OSError or FilterError."""
    filter_ = filters.parse_local(options.filter)
    if not privileges.has(*privileges.KEPT):
        raise PermissionError(errno.EPERM, "this root may not use BPF (CAP_BPF, CAP_PERFMON: a container?)")
    if tracefs.events() is None:
        tracefs.mount_privately()
    stats = None
    if options.stats:
        with suppress(OSError):  # before 5.8 there is no such call: then the cost is not known
            stats = bpf.enable_stats()
    open_event = broker.opener(set(tracepoints()))
    privileges.settle()
    return Means(filter_, open_event, stats)


def tracepoints() -> Iterator[int]:
    """The numbers of every tracepoint that a probe may want an event of, as far as this kernel has them."""
    for entry in PROBES:
        for hook in probe.get(entry.id).hooks:
            if not hook.raw:
                with suppress(OSError):
                    yield tracefs.tracepoint_id(hook.tracepoint)


def main() -> None:
    """One session, for which everything is in order or which says why not."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # ^C reaches the whole terminal: the screen decides
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    output = os.dup(1)
    try:
        options = msgspec.json.decode(sys.argv[1], type=Options)
        _be_quiet(options.debug)
        session = Session(options, prepare(options), 0, output)
    except filters.FilterError as error:
        fail(output, filters.told(error, options.filter))
        return
    except (OSError, msgspec.MsgspecError) as error:
        why = getattr(error, "strerror", None) or str(error)
        fail(output, f"the collector cannot start: {why}\nsee `ebtop doctor`; `ebtop demo` works without")
        return
    with suppress(BrokenPipeError):
        session.run()


def _be_quiet(debug: bool) -> None:
    """From here on only frames are written, to what was standard output; the screen is somebody else's."""
    quiet = os.open(os.devnull, os.O_RDWR)
    os.dup2(quiet, 1)
    if debug:
        faulthandler.enable()
    else:
        os.dup2(quiet, 2)


if __name__ == "__main__":
    main()
    # Threads may still be closing what the kernel takes its time over: it does so as well for a process that is gone.
    os._exit(0)
