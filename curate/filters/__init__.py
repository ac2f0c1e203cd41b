"""curate/filters."""
