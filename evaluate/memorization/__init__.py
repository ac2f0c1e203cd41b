"""evaluate/memorization."""
