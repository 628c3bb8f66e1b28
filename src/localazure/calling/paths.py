"""Where Call Automation answers."""

CALLS = "/calling/callConnections"
ONE = f"{CALLS}/{{connection}}"
