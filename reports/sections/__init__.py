"""reports/sections."""
