"""Sound as samples: frames, files, tones, texts spoken, and what is heard in it. It knows neither hub nor cloud."""
