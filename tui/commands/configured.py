"""What the file of settings says, for the commands that heed it: those that draw a screen, and `record`."""

from __future__ import annotations

import json
import os
from argparse import Namespace
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.settings.load import Loaded
    from tui.settings.readers import Columns, Known

FLAGS = {"probes": "probe", "interval_s": "interval", "budget": "rows", "slow_us": "slow"}
"""Settings that the collector must be told at its start, and the flags that go before them."""


def filled(args: Namespace) -> Namespace:
    """The arguments, with what the file says where a flag of FLAGS was not given.

    Under sudo a child reads the file which has become the user who typed the command: this process is still root.
    """
    from tui import launch

    still_root = os.geteuid() == 0 and "SUDO_UID" in os.environ
    read = json.loads((launch.as_invoker(_at_start) if still_root else _at_start()) or "{}")
    if read.get("probes") is not None:
        read["probes"] = tuple(read["probes"])
    said = {flag: read.get(field) for field, flag in FLAGS.items() if getattr(args, flag) is None}
    return Namespace(**{**vars(args), **said})


def _at_start() -> bytes:
    from tui.settings import places

    if not os.path.lexists(places.config()):
        return b""  # most have none, and nobody should wait for it
    from tui.settings.load import load

    settings = load(places.config(), known(), FLAGS).settings
    return json.dumps({field: getattr(settings, field) for field in FLAGS}).encode()


def loaded() -> Loaded:
    """All that the file says, and what is wrong with it. Not before root is given up."""
    from tui.settings import places
    from tui.settings.load import load

    return load(places.config(), known())


def flags(args: Namespace) -> Mapping[str, object]:
    """The settings that were given as flags, by their fields."""
    names = {**FLAGS, "theme": "theme", "history_s": "history"}
    given = {field: getattr(args, flag, None) for field, flag in names.items()}
    said = {field: None if value == "auto" else value for field, value in given.items() if value is not None}
    return said | ({"mouse": False} if args.no_mouse else {})


def known() -> Known:
    """What the file can name."""
    from probes.registry import PROBES
    from tui import theme
    from tui.settings.readers import Known

    return Known(tuple(probe.id for probe in PROBES), _columns, theme.names)


def _columns() -> Mapping[str, Columns]:
    from probes import probe
    from probes.registry import PROBES
    from tui.settings.readers import Columns

    columns = {entry.id: probe.get(entry.id).info.columns for entry in PROBES}
    return {
        id_: Columns(tuple(one.id for one in every), tuple(one.id for one in every if one.width))
        for id_, every in columns.items()
    }
