"""The process that works in the background: drains the inbox and runs jobs."""
