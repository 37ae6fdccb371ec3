"""Results as text for people and machines; one module per format. Nothing here prints."""
