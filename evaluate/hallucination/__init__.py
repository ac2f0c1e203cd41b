"""evaluate/hallucination."""
