"""ucare: a messaging assistant for unaccompanied children and the families who foster them."""
