"""三会一课: the meeting, who is expected, and who came."""
