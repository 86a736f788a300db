"""What is written of a run: text, page, figures, and the log of all runs."""
