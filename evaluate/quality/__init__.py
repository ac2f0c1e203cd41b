"""How well a model fits its data: likelihood of text, distance of images."""
