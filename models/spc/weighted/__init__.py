"""Charts whose points remember what came before."""
