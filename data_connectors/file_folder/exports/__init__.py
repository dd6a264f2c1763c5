"""Files that other programs export: historians, tables of labelled time ranges, Q-DAS characteristic files."""
