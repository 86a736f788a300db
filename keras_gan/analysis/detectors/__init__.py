"""What can be wrong with a run, how it is found, and what to change."""
