"""Files that requests name: pictures, masks, maps, scenes and weights that were uploaded, or chosen in the gallery."""
