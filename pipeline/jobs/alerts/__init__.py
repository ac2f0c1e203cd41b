"""Alerts: told on a change of state only, to each channel once, without any text of the data."""
