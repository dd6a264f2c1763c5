"""The lake, the journal and the registry: everything that happened."""
