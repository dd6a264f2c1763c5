"""``python -m qc_app`` is the command ``qc``."""

import sys

from qc_app.cli import main

if __name__ == "__main__":
    sys.exit(main())
