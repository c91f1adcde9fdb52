"""What staff and members tell the organisation, and what it answers."""
