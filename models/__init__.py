"""What can be learned and judged from arrays."""
