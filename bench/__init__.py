"""Figures: how fast the local cloud is, beside something that anybody knows. `make bench` runs them all."""
