"""Charts of several variables at once."""
