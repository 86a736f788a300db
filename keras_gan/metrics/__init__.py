"""Measures of a training run and of its samples."""
