"""curate/audits."""
