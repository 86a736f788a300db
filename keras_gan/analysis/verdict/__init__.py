"""Verdicts on runs, by one of two rule sets."""
