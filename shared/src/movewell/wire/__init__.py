"""The wire: the envelope, the codec and the schemas, all derived from the declarations."""
