"""The drawn character: from time, moods and visemes to a pose, and from a pose to a picture."""
