"""How the demo writes dates where Django's own habit of a language is not the academy's."""
