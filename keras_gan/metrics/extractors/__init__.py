"""Feature extractors, a file each."""
