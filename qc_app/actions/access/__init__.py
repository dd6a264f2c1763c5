"""Sign in and out, accounts, tokens, and signing what needs a signature."""
