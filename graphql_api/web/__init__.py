"""The web pages: rendered on the server, so that reading needs no script."""
