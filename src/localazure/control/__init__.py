"""The control API of the local cloud: what no real cloud has."""
