"""What a test, the story or the phone asks of this sandbox."""
