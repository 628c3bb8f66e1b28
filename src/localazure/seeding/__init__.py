"""The state a new local cloud starts with, and returns to at a reset: from one file."""
