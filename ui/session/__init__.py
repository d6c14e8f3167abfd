"""What is kept for a visit, and when it is deleted."""
