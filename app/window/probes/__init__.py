"""What `check` and `self-test` ask of the graphics, each in a process of its own."""
