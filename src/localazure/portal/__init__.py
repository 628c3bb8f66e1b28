"""The browser's side of the local cloud: what it holds, and a customer's telephone."""
