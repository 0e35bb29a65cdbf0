"""Ways to make a trained painter lighter or faster: each is a class marked with `@listed` in a file of this folder."""
