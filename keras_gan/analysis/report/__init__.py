"""Reports about runs: texts, page, figures, and the log of all runs."""
