"""Alarms: their life, delays, incidents, rates, and what is sent about them."""
