"""The avatar services: what they all share, and one file for each of them."""
