"""Files that are dropped into a folder: CSV, Parquet, JSON lines, Excel."""

from data_connectors.file_folder.connector import FileFolder

__all__ = ["FileFolder"]
