"""Incidents to placed incidents: districts, coordinate systems, grids."""
