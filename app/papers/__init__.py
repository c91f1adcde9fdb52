"""Papers: what is printed from meetings, as Word, Excel and PDF. The only place that knows their libraries."""
