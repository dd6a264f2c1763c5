"""The yardstick: protocols, peers, report."""
