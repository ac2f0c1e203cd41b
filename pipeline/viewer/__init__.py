"""``headwater serve``: a read-only page over run folders, for this machine alone."""
