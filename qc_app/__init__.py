"""The application: a plant's data, models, night and dashboard under one roof."""
