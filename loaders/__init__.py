"""Where records come from: one loader per source format."""
