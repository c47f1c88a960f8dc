"""Pure geometry, in metres: knows nothing of territories, files or the web."""
