"""What every room of the journal stands on: the database, its columns, leases, a room itself."""
