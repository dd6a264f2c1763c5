"""HTTP in and out: the same views, actions, rights and audit as the pages, for programs."""
