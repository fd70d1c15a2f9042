"""What a user has set: in a file of settings, by flags, and by choices made on the screen."""
