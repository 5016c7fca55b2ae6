"""The run that nobody watches: settings, reading, one picture for each audience, a manifest."""
