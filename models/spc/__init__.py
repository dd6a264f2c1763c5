"""Control charts and capability."""
