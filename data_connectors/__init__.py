"""What the plant says: sources, schemas, and rows made fit for the store."""
