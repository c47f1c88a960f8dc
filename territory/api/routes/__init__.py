"""One file of routes per door."""
