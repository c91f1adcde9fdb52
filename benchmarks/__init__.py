"""Reproducible measurements. Never asserted in tests: these machines are noisy, so read the ratios."""
