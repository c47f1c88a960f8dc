"""The platform over HTTP: thin handlers that parse, call one service and shape the reply."""
