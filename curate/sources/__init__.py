"""curate/sources."""
