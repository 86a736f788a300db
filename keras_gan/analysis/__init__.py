"""Analysis of a run from its saved files, without Keras."""
