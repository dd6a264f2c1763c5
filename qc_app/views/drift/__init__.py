"""What changed at a stage, as a person reads it."""
