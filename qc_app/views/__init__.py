"""What is shown: read-only queries."""
