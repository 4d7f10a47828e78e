"""Every screen but the live one, and the factory that makes them."""
