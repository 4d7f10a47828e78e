"""What the command line does: its parser, and one module for each command but `run`."""
