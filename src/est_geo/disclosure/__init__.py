"""What may be shown to whom: audiences, suppression of small numbers, coarser places and times."""
