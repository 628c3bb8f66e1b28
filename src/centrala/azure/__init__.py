"""Thin typed wrappers over Microsoft's clients. No Django here: plain values in, plain dataclasses out."""
