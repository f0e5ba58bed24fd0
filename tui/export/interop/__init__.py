"""Networks in the formats of other libraries."""
