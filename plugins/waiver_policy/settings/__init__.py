"""Settings of the app, by the platform's stages."""
