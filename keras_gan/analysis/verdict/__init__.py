"""What a run is judged to be, by one of two rule sets."""
