"""What sparkfix knows of Spark itself: versions, roles, masters, launches."""
