"""What a secretary writes once: reviewed, addressed, sent, and accounted for person by person."""
