"""A stage's model: adapted, judged, put in force, asked for predictions."""
