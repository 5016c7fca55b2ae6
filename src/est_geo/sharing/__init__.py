"""Finished tables to maps and files that others may open."""
