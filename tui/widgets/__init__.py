"""The few widgets that Textual does not have: they draw their own lines, and only what is visible costs."""
