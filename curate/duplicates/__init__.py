"""curate/duplicates."""
