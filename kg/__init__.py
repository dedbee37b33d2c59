"""How records become a graph and how it is asked."""
