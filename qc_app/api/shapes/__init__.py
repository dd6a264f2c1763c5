"""What goes in (`asked`) and comes out (`answered`), as pydantic models: the OpenAPI description is made of them."""
