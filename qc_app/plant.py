"""What a plant is: stages, sources, limits, schedule. The definition as TOML, both ways, exact."""
