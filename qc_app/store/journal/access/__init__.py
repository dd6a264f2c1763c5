"""Accounts, sessions and tokens, and the chained record of what was done."""
