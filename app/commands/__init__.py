"""The commands of the command line: the parser, and one module for each command but `run`."""
