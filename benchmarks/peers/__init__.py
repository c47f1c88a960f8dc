"""The peers: one module each, with the same tasks as far as the peer can do them."""
