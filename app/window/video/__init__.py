"""The avatar's picture on the screen: the widget and its painters."""
