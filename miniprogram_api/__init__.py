"""JSON for the mini-program (/api/v1/…). Empty until issue 7 builds it."""
