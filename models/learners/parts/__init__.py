"""What several learners are built from: scales, families, trees, the way an answer is served."""

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.intp]

__all__ = ["Rows"]
