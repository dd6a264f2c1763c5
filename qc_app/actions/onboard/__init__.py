"""Put a new stage, or many from a sheet, into the plant."""
