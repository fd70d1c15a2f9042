"""What all tables of the panes have in common: what is in them, what is selected, how they are sorted."""
