"""What the plant says, read into the store."""
