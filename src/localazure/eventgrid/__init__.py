"""Event Grid: system topics, event subscriptions, delivery to webhooks."""
