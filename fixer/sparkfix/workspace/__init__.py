"""Files, charts and workloads: what is there to be read, and how it hangs together."""
