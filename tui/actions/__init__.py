"""What the commands of the screen do: a module each for what belongs together."""
