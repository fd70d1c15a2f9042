"""How a program gets into the kernel, and how its answers come out."""
