"""Which lines a visit shows of the segments that a service sends."""

from __future__ import annotations

from app.screens import Speaker
from app.visit.transcript import KEPT, Transcript

AVATAR, VISITOR = Speaker.AVATAR, Speaker.VISITOR


class Talk:
    """A transcript, and how many of its lines were counted."""

    def __init__(self) -> None:
        self.transcript = Transcript()
        self.counted = 0

    def visitor(self, segment: str, *texts: str, final: bool = True) -> list[str]:
        """Let a segment grow; the last text is final. Returns what is shown then."""
        return self.put(VISITOR, segment, *texts, final=final)

    def avatar(self, segment: str, *texts: str, final: bool = True) -> list[str]:
        return self.put(AVATAR, segment, *texts, final=final)

    def put(self, speaker: Speaker, segment: str, *texts: str, final: bool) -> list[str]:
        for at, text in enumerate(texts):
            self.counted += self.transcript.add(speaker, segment, text, final and at == len(texts) - 1)
        return self.shown

    def type(self, text: str) -> list[str]:
        self.counted += self.transcript.typed(text)
        return self.shown

    @property
    def shown(self) -> list[str]:
        return [line.text for line in self.transcript.newest()]


# ---------------------------------------------------------------- growing finals


def test_a_longer_final_replaces_the_one_that_it_begins_with() -> None:
    talk = Talk()
    assert talk.visitor("1", "I", "I would") == ["I would"]
    assert talk.visitor("2", "I would like to know") == ["I would like to know"]
    assert talk.visitor("3", "I would, like to know: where") == ["I would, like to know: where"]
    assert talk.counted == 1


def test_interims_of_the_longer_one_neither_flicker_nor_make_a_line() -> None:
    talk = Talk()
    talk.visitor("1", "I would.")
    seen = [
        talk.visitor("2", text, final=False) for text in ("I", "I wo", "I would", "I would like", "I would like to")
    ]
    assert seen == [["I would."], ["I would."], ["I would."], ["I would like"], ["I would like to"]]
    assert talk.counted == 1


def test_words_that_turn_out_to_be_others_get_their_own_line() -> None:
    talk = Talk()
    talk.visitor("1", "I would")
    assert talk.visitor("2", "I", "I would like", final=False) == ["I would like"]
    assert talk.visitor("2", "I wonder", final=False) == ["I would", "I wonder"]
    assert talk.visitor("2", "I would like", final=False) == ["I would like"]
    assert talk.visitor("2", "I wonder") == ["I would", "I wonder"]
    assert talk.counted == 2
    assert talk.visitor("3", "Nobody") == ["I would", "I wonder", "Nobody"]
    assert talk.visitor("4", "Nobody else", "No") == ["I would", "I wonder", "Nobody"]


def test_a_word_that_only_begins_with_the_same_letters_is_another() -> None:
    talk = Talk()
    talk.visitor("1", "No")
    assert talk.visitor("2", "Nobody knows") == ["No", "Nobody knows"]


def test_a_shorter_or_equal_final_after_the_longer_one_is_late() -> None:
    talk = Talk()
    talk.visitor("1", "I would like to know")
    assert talk.visitor("2", "I would") == ["I would like to know"]
    assert talk.visitor("3", "I would like to know") == ["I would like to know"]
    assert talk.visitor("2", "I would like to know more") == ["I would like to know more"]
    assert talk.counted == 1


def test_a_final_replaces_the_interim_of_another_name_where_it_says_as_much() -> None:
    talk = Talk()
    talk.visitor("1", "I wou", final=False)
    assert talk.visitor("2", "I would") == ["I would"] and talk.transcript.newest()[0].final
    talk.visitor("3", "Nothing", final=False)
    assert talk.visitor("4", "No") == ["I would", "Nothing", "No"]


def test_an_answer_between_makes_a_new_line() -> None:
    talk = Talk()
    talk.visitor("1", "I would")
    talk.avatar("1", "Yes?")
    assert talk.visitor("2", "I would like to know") == ["I would", "Yes?", "I would like to know"]
    assert talk.counted == 3


def test_what_the_avatar_repeats_and_goes_on_with_stays() -> None:
    talk = Talk()
    talk.avatar("1", "Yes.")
    assert talk.avatar("2", "Yes. It is open.") == ["Yes.", "Yes. It is open."]


def test_a_segment_whose_own_correction_comes_late_stays_where_it_is() -> None:
    talk = Talk()
    talk.visitor("1", "where is the cafe")
    talk.visitor("2", "where is the cafe and the shop")
    assert talk.visitor("1", "Where is the café?") == ["where is the cafe and the shop", "Where is the café?"]
    talk = Talk()
    talk.visitor("1", "where is the cafe")
    assert talk.visitor("1", "Where is the café?") == ["Where is the café?"]


# ---------------------------------------------------------------- repeats, empty texts


def test_a_repeat_of_the_line_before_is_dropped() -> None:
    talk = Talk()
    talk.avatar("1", "Yes.")
    assert talk.avatar("2", "Yes.") == ["Yes."] and talk.counted == 1
    assert talk.visitor("1", "Where?") == ["Yes.", "Where?"]
    talk.avatar("3", "Over", final=False)
    assert talk.visitor("2", "where?") == ["Yes.", "Where?", "Over"], "a second final that comes late"
    assert talk.counted == 3


def test_the_same_words_after_an_answer_are_said_anew() -> None:
    talk = Talk()
    for turn in "123":
        talk.visitor(turn, "Yes")
        talk.avatar(turn, "And now?")
    assert talk.shown == ["Yes", "And now?"] * 3 and talk.counted == 6


def test_an_empty_text_changes_nothing() -> None:
    talk = Talk()
    talk.visitor("1", "I would", final=False)
    assert talk.visitor("1", " ") == ["I would"]
    assert talk.visitor("2", "") == ["I would"] and talk.avatar("1", '<break time="1s"/>') == ["I would"]
    assert talk.counted == 1


# ---------------------------------------------------------------- markup


def test_markup_goes_from_the_avatars_words_alone() -> None:
    talk = Talk()
    assert talk.avatar("1", "[warmly] **Hel", final=False) == ["Hel"]
    assert talk.avatar("1", '[warmly] **Hello** <break time="1', final=False) == ["Hello"]
    assert talk.avatar("1", '[warmly] **Hello** <break time="1s"/> you [see') == ["Hello you [see"]
    assert talk.visitor("1", "what is [a] *b*?") == ["Hello you [see", "what is [a] *b*?"]
    assert talk.counted == 2


# ---------------------------------------------------------------- typed questions


def test_a_typed_question_that_comes_back_as_speech_is_shown_once() -> None:
    talk = Talk()
    talk.type("Where is it?")
    talk.avatar("1", "Over there")
    assert talk.visitor("1", "where", "where is", "Where is it") == ["Where is it?", "Over there"]
    assert talk.counted == 2
    assert talk.visitor("2", "where is it") == ["Where is it?", "Over there", "where is it"], "said for once"


def test_what_is_said_beside_a_typed_question_stays() -> None:
    talk = Talk()
    talk.type("The Moon")
    assert talk.visitor("1", "the", "the moon is far") == ["The Moon", "the moon is far"]
    talk.avatar("1", "It is")
    assert talk.visitor("2", "The") == ["The Moon", "the moon is far", "It is", "The"]
    assert talk.type("The Sun") == ["The Moon", "the moon is far", "It is", "The", "The Sun"]
    assert talk.counted == 5


def test_a_question_typed_twice_before_the_answer_is_one_line() -> None:
    talk = Talk()
    talk.type("Why?")
    assert talk.type("why?") == ["Why?"] and talk.counted == 1


# ---------------------------------------------------------------- a second join


def test_after_a_second_join_the_same_names_are_other_segments() -> None:
    talk = Talk()
    talk.visitor("turn-1", "Who are you?")
    talk.avatar("said-1", "A guide", final=False)
    talk.transcript.joined_again()
    assert talk.visitor("turn-1", "Who are you?") == ["Who are you?", "A guide", "Who are you?"]
    assert talk.avatar("said-1", "Still a guide") == ["Who are you?", "A guide", "Who are you?", "Still a guide"]
    assert talk.counted == 4
    talk.type("Why?")
    assert talk.visitor("turn-2", "why") == [*talk.shown[:4], "Why?"] and talk.counted == 5


def test_a_greeting_that_comes_again_after_a_second_join_stands_there_once() -> None:
    talk = Talk()
    talk.avatar("said-1", "Hello, I am the guide.")
    talk.transcript.joined_again()
    assert talk.avatar("said-1", "Hello,", "Hello, I am", "Hello, I am the guide.") == ["Hello, I am the guide."]
    assert talk.counted == 1
    assert talk.avatar("said-2", "Hello,", "Hello, you!")[-1] == "Hello, you!" and talk.counted == 2


def test_what_was_cut_off_and_comes_whole_after_a_second_join_stands_there_once() -> None:
    talk = Talk()
    talk.avatar("said-1", "The bridge is", final=False)
    talk.transcript.joined_again()
    assert talk.avatar("said-1", "The", "The bridge is old.") == ["The bridge is old."] and talk.counted == 1


def test_the_avatar_may_repeat_itself_in_one_room_and_as_an_answer() -> None:
    talk = Talk()
    talk.avatar("1", "Well.")
    assert talk.avatar("2", "Well. It is old.") == ["Well.", "Well. It is old."]
    talk.transcript.joined_again()
    talk.visitor("1", "How old?")
    assert talk.avatar("1", "Well. It is old.")[-2:] == ["How old?", "Well. It is old."] and talk.counted == 4


# ---------------------------------------------------------------- how much is kept


def test_only_the_newest_lines_are_kept_and_each_is_counted_once() -> None:
    talk = Talk()
    for turn in range(10):
        talk.visitor(f"{turn}", f"{turn}", f"{turn} and more")
        talk.avatar(f"{turn}", f"answer {turn}", final=False)
        talk.avatar(f"{turn}", f"answer {turn}")
    assert len(talk.shown) == KEPT and talk.shown[-1] == "answer 9"
    assert talk.counted == 20


def test_interims_under_ever_new_names_push_nothing_out() -> None:
    talk = Talk()
    talk.avatar("1", "Hello")
    for at in range(4 * KEPT):
        talk.visitor(f"{at}", f"I would {'x' * at}", final=False)
    assert talk.shown == ["Hello", f"I would {'x' * (4 * KEPT - 1)}"] and talk.counted == 2
