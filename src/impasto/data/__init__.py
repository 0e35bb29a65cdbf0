"""A folder of pictures becomes a store, a store becomes batches."""
