"""Problems of a run: their detectors and their remedies."""
