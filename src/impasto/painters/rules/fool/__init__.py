"""What a painter who judges itself is made of: seeing, planning, four media, and a critic."""
