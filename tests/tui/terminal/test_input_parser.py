"""What a terminal sends, byte by byte: keys act, and nothing else is taken for one."""

from __future__ import annotations

import string
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from mnist_tui.tui.terminal.input_parser import MAX_PASTE_BYTES, TIMEOUT_S, InputParser
from textual import _parser, events
from textual.message import Message

REPLIES = [  # late, or to what nobody asked
    b"\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\",
    b"\x1b]10;rgb:ffff/ffff/ffff\x07",
    b"\x1b]4;255;rgb:ee/ee/ee\x1b\\",
    b"\x1b]52;c;bW5pc3Q=\x07",
    b"\x1b[?62;22c",
    b"\x1b[>0;276;0c",
    b"\x1b[=1;2c",
    b"\x1b[0n",
    b"\x1b[24;80R",
    b"\x1b[?24;80;1R",
    b"\x1b[?2027;0$y",
    b"\x1b[4;2$y",
    b"\x1b[?1u",
    b"\x1b[?1;0;256S",
    b"\x1b[8;24;80t",
    b"\x1b[48;0;0;0;0t",
    b"\x1bP>|kitty(0.42)\x1b\\",
    b"\x1bP1$r0m\x1b\\",
    b"\x1bP!|00000000\x1b\\",
    b"\x1bP1+r544e=787465726d\x1b\\",
    b"\x1b_Gi=31;OK\x1b\\",
]
UNPARSABLE = [
    b"\xe9",
    b"\xff\xfe",
    b"\xc3",
    b"\xf0\x9f",
    b"\x1b[M !!",
    b"\x1b[M\x20\xff\xe9",
    b"\x1b[M\x20\xc3\xa9",
    b"\x1b[32;10;20M",
    b"\x1b[1114112u",
    b"\x1b[97;1;1114112u",
    b"\x1b[99999999999999999999u",
    b"\x1b[97:65;1:3u",
    b"\x1b[;u",
    b"\x1b[u",
    b"\x1b[999~",
    b"\x1b[1;2;3;4;5;6z",
    b"\x1b[" + b"1" * 500 + b"u",
    b"\x1b[<0;99999999;1M",
    b"\x1b[201~",
]


class Clock:
    """The parser's, as late as a test wants it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        monkeypatch.setattr(_parser, "get_time", lambda: self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def told(events_: list[Message]) -> list[str]:
    """Keys by their names, pastes by their text, and others by what they are."""
    return [
        event.key
        if isinstance(event, events.Key)
        else f"paste {event.text}"
        if isinstance(event, events.Paste)
        else type(event).__name__
        for event in events_
    ]


def parsed(*packets: bytes) -> list[str]:
    """What these packets say, and what is left when no more comes."""
    parser = InputParser()
    found = [event for packet in packets for event in parser.feed_bytes(packet)]
    while parser._timeout_time is not None:  # pyright: ignore[reportPrivateUsage]: as if it had passed
        parser._timeout_time = 0.0  # pyright: ignore[reportPrivateUsage]
        found += parser.tick()
    return told(found)


@pytest.mark.parametrize("reply", REPLIES)
def test_a_reply_of_the_terminal_is_no_key(reply: bytes) -> None:
    assert parsed(b"a" + reply + b"q") == ["a", "q"]


@pytest.mark.parametrize("reply", REPLIES)
def test_a_reply_that_was_cut_off_swallows_nothing_for_long(reply: bytes) -> None:
    for end in range(4, len(reply)):
        assert parsed(reply[:end] + b"\x03")[-1] == "ctrl+c"


@pytest.mark.parametrize("data", UNPARSABLE)
def test_what_cannot_be_parsed_is_dropped(data: bytes) -> None:
    assert parsed(b"a" + data + b"\x1b[Aq") == ["a", "up", "q"]


@pytest.mark.parametrize(
    ("data", "keys"),
    [
        (b"\x1br", ["escape", "r"]),
        (b"\x1b\x1b[A", ["escape", "up"]),
        (b"\x1b\x7f", ["escape", "backspace"]),
        (b"\x1b\r", ["escape", "enter"]),
        (b"\x1b", ["escape"]),
        (b"\x1b\x1b", ["escape", "escape"]),
        (b"\x1b[", ["escape", "left_square_bracket"]),
        (b"\x1b]", ["escape", "right_square_bracket"]),
        (b"\x1b]s", ["escape", "right_square_bracket", "s"]),
        (b"\x1bO", ["escape", "O"]),
        (b"\x1bOz", ["escape", "O", "z"]),
        (b"\x1bP", ["escape", "P"]),
        (b"\x1bPalpha", ["escape", *"Palpha"]),
    ],
)
def test_escape_and_what_follows_are_two_keys(data: bytes, keys: list[str]) -> None:
    assert parsed(data) == keys


@pytest.mark.parametrize(
    ("data", "key", "character"),
    [
        (b"\x1b[57413;129;43u", "plus", "+"),
        (b"\x1b[57413;129u", "plus", "+"),
        (b"\x1b[57413u", "plus", "+"),
        (b"\x1b[57412;129;45u", "minus", "-"),
        (b"\x1b[57409;129;46u", "full_stop", "."),
        (b"\x1b[57410;129;47u", "slash", "/"),
        (b"\x1b[57411;129;42u", "asterisk", "*"),
        (b"\x1b[57416;129;44u", "comma", ","),
        (b"\x1b[57415;129;61u", "equals_sign", "="),
        *((b"\x1b[%d;129;%du" % (57399 + n, 48 + n), str(n), str(n)) for n in range(10)),
        (b"\x1b[57414u", "enter", "\r"),
        (b"\x1b[57414;129u", "enter", None),
        (b"\x1b[57419;129u", "up", None),
        (b"\x1b[57426u", "delete", None),
        (b"\x1bOk", "plus", "+"),
        (b"\x1bOM", "enter", None),
    ],
)
def test_the_keypad_is_the_main_keys(data: bytes, key: str, character: str | None) -> None:
    (event,) = InputParser().feed_bytes(data)
    assert isinstance(event, events.Key)
    assert (event.key, event.character) == (key, character)


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (b"\x1b[97:65;1:1;97u", "a"),  # alternate keys and event types of a program before
        (b"\x1b[97;1:2;97u", "a"),
        (b"\x1b[99;5u", "ctrl+c"),
        (b"\x1b[99;133u", "ctrl+c"),  # with num lock
        (b"\x1b[27u", "escape"),
        (b"\x1b[1;5A", "ctrl+up"),
        (b"\x1b[5~", "pageup"),
        (b"\x1b[Z", "shift+tab"),
        (b"\x1b[3$", "shift+delete"),
        (b"\x1b[[A", "f1"),
        (b"\x1bOP", "f1"),
        (b"\x0c", "ctrl+l"),
        (b"\x00", "ctrl+@"),
    ],
)
def test_keys_of_all_kinds_of_terminals(data: bytes, key: str) -> None:
    assert parsed(data) == [key]


def test_the_mouse_and_the_size_are_told() -> None:
    assert parsed(b"\x1b[<0;5;6M\x1b[<0;5;6m") == ["MouseDown", "MouseUp"]
    resized = b"\x1b[48;24;80;0;0t"  # a terminal that does not know its pixels
    assert parsed(resized + b"\x1b[<0;5;6M") == ["Resize", "MouseDown"]
    assert parsed(b"\x1b[I\x1b[O\x1b[?2026;2$y") == [
        "AppFocus",
        "AppBlur",
        "TerminalSupportsSynchronizedOutput",
    ]


def test_a_paste_is_text_whatever_it_holds() -> None:
    text = b"a\x1b[Aq\xc3\xa9\xe9\x00 \x1b"
    assert parsed(b"\x1b[200~" + text + b"\x1b[201~q") == ["paste a\x1b[Aqé� \x1b", "q"]


@pytest.mark.parametrize("end", [b"\x03", b"\x1b[99;5u"])
def test_ctrl_c_ends_a_paste_that_has_lost_its_end(end: bytes) -> None:
    assert parsed(b"\x1b[200~abc" + end + b"q") == ["paste abc", "ctrl+c", "q"]


def test_a_paste_that_has_lost_its_end_is_over_after_a_second(clock: Clock) -> None:
    parser = InputParser()
    assert told(list(parser.feed_bytes(b"\x1b[200~abc"))) == []
    clock.now += 0.9 * TIMEOUT_S
    assert told(list(parser.tick())) == []
    assert told(list(parser.feed_bytes(b"d"))) == []  # a slow line is no lost end
    clock.now += 1.1 * TIMEOUT_S
    assert told(list(parser.tick())) == ["paste abcd"]
    assert told(list(parser.feed_bytes(b"q"))) == ["q"]


def test_an_endless_paste_takes_no_memory_and_never_acts() -> None:
    parser = InputParser()
    parts = (MAX_PASTE_BYTES >> 16) + 2
    found: list[Message] = list(parser.feed_bytes(b"\x1b[200~"))
    for _ in range(parts):
        found += parser.feed_bytes(b"q" * (1 << 16))
    assert found == []
    (paste,) = parser.feed_bytes(b"\x1b[201~")
    assert isinstance(paste, events.Paste)
    assert len(paste.text) == MAX_PASTE_BYTES


SEQUENCES = st.sampled_from([*REPLIES, *UNPARSABLE, b"\x1b[A", b"\x1b[57413u", b"\x1bOA", b"\x1b"])


@given(st.lists(SEQUENCES | st.binary(max_size=8)).map(b"".join), st.data())
@example(b"\x1b[48;1;1;1;1t\x1b[<0;1;1M", None)
def test_any_bytes_split_anywhere_say_the_same(data: bytes, draw: st.DataObject | None) -> None:
    cuts = draw.draw(st.lists(st.integers(0, len(data)))) if draw else [1]
    places = [0, *sorted(cuts), len(data)]
    packets = [data[a:b] for a, b in pairwise(places)]
    assert parsed(*packets) == parsed(data)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="�")))
def test_any_text_is_typed_as_it_is(text: str) -> None:
    parser = InputParser()
    data = text.encode()
    found = [event for n in range(len(data)) for event in parser.feed_bytes(data[n : n + 1])]
    assert [event.character for event in found if isinstance(event, events.Key)] == list(text)


@given(st.lists(st.sampled_from(string.ascii_letters + string.digits + "+-.,/ \x1b\r\t\x7f")))
def test_keys_in_one_packet_are_those_keys(keys: list[str]) -> None:
    # Esc, O and one of some letters cannot be told from an arrow.
    text = "".join(keys).replace("\x1bO", "\x1bo").replace("\x1bP", "\x1bp")
    one_by_one = [key for character in text for key in parsed(character.encode())]
    assert parsed(text.encode()) == one_by_one
