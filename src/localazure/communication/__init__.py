"""Azure Communication Services: the resource, its text messages and telephone numbers."""
