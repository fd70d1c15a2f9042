"""What ebtop asks the kernel, and what the kernel answered."""
