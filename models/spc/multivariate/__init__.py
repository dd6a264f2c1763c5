"""Charts of several variables at once: T2, multivariate EWMA and CUSUM, principal components."""

from models.spc.multivariate.hotelling import t2
from models.spc.multivariate.mcusum import mcusum
from models.spc.multivariate.mewma import mewma
from models.spc.multivariate.principal import pca
from models.spc.reference import Reference

__all__ = ["Reference", "mcusum", "mewma", "pca", "t2"]
