"""The shift hand-over as files: PDF to read, Excel to work with; by hand, from a page, and at the end of each shift."""

from qc_app.handover.files import FOLDER, keep_due, paper_language, pdf_bytes, write
from qc_app.handover.sheets import workbook_bytes

__all__ = ["FOLDER", "keep_due", "paper_language", "pdf_bytes", "workbook_bytes", "write"]
