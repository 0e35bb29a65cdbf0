"""Files that requests name: uploaded, chosen in the gallery, or put into the folder of models."""
