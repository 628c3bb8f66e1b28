"""Call Automation: calls, who takes part in them, what an application does with them and what it is told."""
