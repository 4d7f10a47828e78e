"""The drawn character: time and visemes to a pose, a pose to a picture."""
