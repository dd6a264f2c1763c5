"""One value after the other: when did it change, at a stated run length."""

from models.drift.streams.adwin import Adwin, adwin
from models.drift.streams.charts import StreamChart, cusum_stream, ewma_stream
from models.drift.streams.page_hinkley import page_hinkley

__all__ = ["Adwin", "StreamChart", "adwin", "cusum_stream", "ewma_stream", "page_hinkley"]
