"""evaluate/quality."""
