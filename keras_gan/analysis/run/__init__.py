"""Saved runs, read from their files."""
