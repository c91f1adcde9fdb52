"""The roster as an Excel file: read, compared with the registry, previewed, applied row by row, taken back."""
