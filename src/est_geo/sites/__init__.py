"""Placed incidents to weighted sites, the form on which every analysis runs."""
