"""Spreadsheets for translators: XLSX and CSV out of the catalogs, and back only what is valid."""
