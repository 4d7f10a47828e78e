"""The room of the built-in guide, in this process and without a server."""
