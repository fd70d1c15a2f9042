"""Panes: each shows one probe, and draws what history holds of it."""
