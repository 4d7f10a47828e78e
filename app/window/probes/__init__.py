"""Questions of `check` and `self-test` about screen and graphics, each answered in a process of its own."""
