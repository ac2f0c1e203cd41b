"""curate/privacy."""
