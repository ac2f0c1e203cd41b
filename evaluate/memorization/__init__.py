"""What a model repeats of its training data."""
