"""Pages about one thing: a process, a file. What was seen of it and what it is now, over everything else."""
