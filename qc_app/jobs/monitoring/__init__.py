"""Charts, drift and what becomes an alarm."""
