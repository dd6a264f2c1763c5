"""The shift's hand-over: what happened, what is open, what is due."""
