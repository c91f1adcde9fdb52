"""What we compare with: the shortest servers that people really write."""
