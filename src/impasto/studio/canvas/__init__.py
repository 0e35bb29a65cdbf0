"""The canvas: given and painted pictures are edited, with a mask or colours drawn over them."""
