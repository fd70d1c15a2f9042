"""What the header says, gathered from those who know."""

from __future__ import annotations

from tui.dispatch import Dispatch
from tui.feed import Feed
from tui.host import Host
from tui.widgets.header import Status


def status(host: Host, dispatch: Dispatch, feed: Feed, said: tuple[str, bool]) -> Status:
    """All of it, as it is now.

    said  a remark that goes away, and whether it tells of something that went wrong
    """
    source, view = host.source, host.history.view
    recorded = view.tick.filter if view.tick else ""
    return Status(
        hello=source.hello,
        tick=view.tick,
        measured=view.tick if host.history.paused else feed.measured,
        filter=dispatch.filtering.now.text or recorded,
        paused=dispatch.travel.standing,
        live=source.live,
        notice=feed.notice,
        said=said,
        ui_share=feed.ui_share,
        lost=sum(probe.counts.lost for probe in view.probes),
        over=sum(probe.counts.over_budget for probe in view.probes),
        interval_s=dispatch.session.interval_s,
        since=dispatch.travel.since,
        speed=source.speed,
        recording=dispatch.recording.size,
    )
