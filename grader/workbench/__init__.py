"""What a student has on the desk: checking while they write, hints, a fresh stub."""
