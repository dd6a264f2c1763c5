"""What is raised, why, since when, and how alarms have behaved."""
