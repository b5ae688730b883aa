"""Settings for the plugin machinery of Open edX."""
