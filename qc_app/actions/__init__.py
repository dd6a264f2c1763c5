"""What people do: with rights checked and audit written."""
