"""The teaching machinery: lessons to notebooks, the command line, scale, downloads."""
