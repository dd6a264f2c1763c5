"""Enter labels, one or many, and take them back."""
