"""From a table as a source has it to rows in one form: columns, times, units, ids, reasons."""
