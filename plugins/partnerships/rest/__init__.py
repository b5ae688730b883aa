"""The REST API, version 1: what pages that the platform does not draw itself show of partners."""
