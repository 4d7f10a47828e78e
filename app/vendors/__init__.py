"""The avatar services: what they all share, and one package for each of them."""
