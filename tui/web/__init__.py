"""The app in a browser: a server that gives each tab an app in a terminal of its own."""
