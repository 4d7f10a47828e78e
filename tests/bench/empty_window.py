"""The least that a Qt program in Python can do at its start: import the widgets and show an empty window."""

import os
import socket
import sys

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget


class Window(QWidget):
    told = False

    def paintEvent(self, event):
        if not self.told:
            self.told = True
            QTimer.singleShot(0, tell)


def tell():
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.sendto(b"READY=1", os.environ["NOTIFY_SOCKET"])


application = QApplication(sys.argv)
window = Window()
window.resize(540, 960)
window.show()
application.exec()
