"""The actions of the staff panel: their buttons, "are you sure?", and what became of the last one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QWidget

from app.intents import Intent, Staff, StaffAction
from app.vitals import Vitals
from app.window.staff.actions import ASK_AGAIN, LABELS, LastAction, possible
from app.window.toolkit.button import Button
from app.window.toolkit.flow import Grow, Item, Row, Space
from app.window.toolkit.look import Look, Role
from app.window.toolkit.texts import Texts
from app.window.toolkit.words import Words

GROUPS = {
    "staff.session": (StaffAction.END_VISIT,),
    "staff.opening": (StaffAction.CLOSE, StaffAction.OPEN),
    "staff.system": (StaffAction.RESTART, StaffAction.REBOOT, StaffAction.SHUT_DOWN, StaffAction.EXIT),
}


class ActionRows:
    """Buttons in groups; those that end the program ask again first.

    Attributes:
        buttons: The button of each action.
        yes: Does what was asked about.
        no: Takes it back.

    Args:
        look: Lengths, colours and fonts.
        texts: The words.
        parent: The panel.
        vitals: The facts that decide what is possible now.
        send: Takes the action.
        clock: Seconds on a clock that does not go back.
        changed: Called when something else is to be shown.
        answered: Called after "yes" or "no": both go, and the focus needs another place.
    """

    def __init__(
        self,
        look: Look,
        texts: Texts,
        parent: QWidget,
        vitals: Vitals,
        *,
        send: Callable[[Intent], None],
        clock: Callable[[], float],
        changed: Callable[[], None],
        answered: Callable[[], None],
    ) -> None:
        self._look, self._texts, self._vitals, self._send = look, texts, vitals, send
        self._changed, self._answered = changed, answered
        self._asked_about: StaffAction | None = None
        self._last = LastAction(vitals, clock)
        self._headings = {key: Words(look, parent, Role.SMALL, colour="paper2") for key in GROUPS}
        self.buttons = {
            action: Button(look, parent, f"staff-{action.value.replace('_', '-')}", on_click=partial(self._ask, action))
            for action in StaffAction
        }
        self._result = Words(look, parent, Role.SUBTITLE, colour="lamp")
        self.yes = Button(look, parent, "staff-yes", on_click=self._confirm)
        self.no = Button(look, parent, "staff-no", on_click=self._take_back)

    def begin(self) -> None:
        """Start with nothing asked for: the panel opens."""
        self._asked_about = None
        self._last.forget()

    def result(self) -> str:
        """Return the words about the last action; empty where there are none."""
        return self._result.text()

    def fill(self) -> None:
        """Put the present words into the widgets."""
        texts = self._texts
        for key, heading in self._headings.items():
            heading.say(texts(key))
        for action, button in self.buttons.items():
            button.say(texts(LABELS[action]))
        became = self._last.words()
        if self._asked_about is not None:
            self._result.say(f"{texts(LABELS[self._asked_about])}: {texts('staff.sure')}")
        else:
            self._result.say(texts(became) if became else "")
        self.yes.say(texts("staff.yes"))
        self.no.say(texts("staff.no"))

    def rows(self) -> list[Item | Grow | Space]:
        """Return the groups of what is possible now, each with its heading."""
        look, rows = self._look, list[Item | Grow | Space]()
        for key, group in GROUPS.items():
            buttons = [self.buttons[action] for action in group if possible(action, self._vitals)]
            if buttons:
                row = Row(look, buttons, look.px(0.5), equal=True)
                rows += [self._headings[key], Space(look.px(0.2)), row]
        return rows

    def answer(self) -> list[Item | Grow | Space]:
        """Return the question with its two answers, or what became of the last action, or nothing."""
        if self._asked_about is not None:
            return [self._result, Row(self._look, [self.yes, self.no], self._look.px(0.5), equal=True)]
        return [self._result] if self._result.text() else []

    def _ask(self, action: StaffAction) -> None:
        self._last.forget()
        if action in ASK_AGAIN:
            self._asked_about = action
            self._changed()
            self.no.setFocus()
        else:
            self._do(action)

    def _confirm(self) -> None:
        action, self._asked_about = self._asked_about, None
        if action is not None:
            self._do(action)
            self._answered()

    def _take_back(self) -> None:
        self._asked_about = None
        self._changed()
        self._answered()

    def _do(self, action: StaffAction) -> None:
        self._last.begin(action)
        self._send(Staff(action))
        self._changed()
