"""What we learn from: mixtures, digits, avatars and faces, photographs."""
