"""Side by side with what people use today; one file per bar, one process per peer."""
