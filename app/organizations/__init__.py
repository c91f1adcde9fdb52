"""The tree of 党委, 党总支, 党支部 and 党小组, and what lies below a node."""
