"""What to measure next, and what more labels would bring."""
