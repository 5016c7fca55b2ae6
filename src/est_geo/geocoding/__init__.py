"""Addresses and places to points, against a register on this machine."""
