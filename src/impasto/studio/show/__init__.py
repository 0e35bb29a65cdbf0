"""A slow show of pictures, over the whole screen."""
