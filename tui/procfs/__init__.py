"""What the kernel tells whoever asks of processes and files as they are now: side effects, off the event loop."""
