"""The desk: who may see and do what with a case, whatever they work with."""
