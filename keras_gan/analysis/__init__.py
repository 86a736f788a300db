"""What a run's saved files say; no TensorFlow here."""
