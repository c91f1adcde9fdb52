"""Time as an adapter: the table of what is done when nobody asks."""
