"""Nothing lost, nothing doubled: events are published while processes are killed, and all are found again."""
