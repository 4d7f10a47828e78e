"""What every screen is made of: theme, layout, controls, pictures, keys and the on-screen keyboard."""
