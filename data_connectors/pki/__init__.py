"""Certificates of OPC UA: ours, and whom we trust; known without the library of the protocol."""
