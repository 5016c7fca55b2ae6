"""Files to incidents: every row of a file ends as an incident or as a rejected row."""
