"""What one lesson alone draws, or a few: each panel and sheet in a file of its own."""
