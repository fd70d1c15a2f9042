"""The pane of a probe that makes rows: as they come, in groups, and as a tree."""
