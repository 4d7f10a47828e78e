"""Everything that uses Qt: the window, a widget for each screen, the video widget, the theme."""
