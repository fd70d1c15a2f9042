"""Completion scripts of shells, made of the command line's syntax: a module each, with `script(syntax)`."""
