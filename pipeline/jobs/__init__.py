"""Scheduled runs: what is due, run once, recorded whatever becomes of it, and reported when something changed."""
