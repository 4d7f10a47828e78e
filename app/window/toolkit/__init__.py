"""The parts that screens are made of: theme, layout, controls, pictures, keys and the on-screen keyboard."""
