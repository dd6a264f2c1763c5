"""Who may come in, what was done by whom, how the program is, which plant is in force."""
