"""The built-in guide: what it knows, how it speaks, and how it understands speech."""
