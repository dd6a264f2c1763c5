"""Alarms from raised to gone, incidents, and what is still to be sent."""
