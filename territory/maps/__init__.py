"""Maps for everybody: folium views in our own page, and vector tiles."""
