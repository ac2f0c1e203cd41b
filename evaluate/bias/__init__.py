"""evaluate/bias."""
