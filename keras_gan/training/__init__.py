"""A run from its configuration to its report: the one place that wires the packages together."""
