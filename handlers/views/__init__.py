"""What the desk shows: a small vocabulary of meaning, and the views drawn with it."""
