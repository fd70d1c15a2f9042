"""The pane of the block probe: disks and their latencies, who asked for it, single slow requests, kinds of requests."""
