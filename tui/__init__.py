"""What a person sees and presses."""

__version__ = "0.1.0"
