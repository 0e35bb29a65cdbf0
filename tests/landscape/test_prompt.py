"""Prompts become wishes, and what was not followed is said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from impasto.errors import UsageError
from impasto.landscape.chinese_words import WORDS
from impasto.landscape.compose import compose
from impasto.landscape.detail_words import ABSENT, COLOUR_WORDS, EXACT_PHRASES, MORE_NUMBERS, ONLY, PLACES
from impasto.landscape.emotion import EMOTIONS, emotion_name
from impasto.landscape.exact_reader import AHEAD
from impasto.landscape.phrases import CATEGORY_PHRASES, PHRASES, plural
from impasto.landscape.prompt import Reading, read_prompt, remarks_on
from impasto.landscape.scene import CATEGORIES, SEASONS, WEATHERS
from impasto.landscape.vocabulary import DENIALS, MAX_COUNTS, SUBKINDS, UNSUPPORTED_DETAILS, time_of_day
from impasto.landscape.wish import ELEMENTS, Detail, Wish


def elements(text: str) -> dict[str, int]:
    return read_prompt(text).wish.elements


def test_the_vocabulary_names_what_a_wish_can_hold():
    allowed = {"element": ELEMENTS, "season": SEASONS, "weather": WEATHERS, "category": CATEGORIES}
    result = {m for phrase in PHRASES.values() for m in phrase.meanings}
    for field, values in allowed.items():
        assert {m.value for m in result if m.field == field} == set(values)
    assert all(0 <= float(m.value) <= 24 for m in result if m.field == "hour")
    assert set(SUBKINDS) | {kind for kinds in SUBKINDS.values() for kind in kinds} | set(MAX_COUNTS) <= set(ELEMENTS)
    assert set(CATEGORY_PHRASES) == set(CATEGORIES)


def test_a_whole_sentence():
    reading = read_prompt("A lonely boat under snowy peaks at dusk, ink wash")
    valence, arousal = EMOTIONS["lonely"]
    assert reading == Reading(
        Wish(
            "ink", None, 18.5, None, {"boat": 1, "snow peak": 3}, "lonely", valence, arousal,
            strict=True, exact=frozenset({"boat"}),
        ),
        ("lonely", "A boat".lower(), "snowy peaks", "dusk", "ink wash"),
    )  # fmt: skip
    assert remarks_on(reading) == []
    loose = read_prompt("A lonely boat under snowy peaks at dusk, ink wash", loose=True)
    assert loose.wish == replace(reading.wish, strict=False, exact=frozenset())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("three boats", {"boat": 3}),
        ("two small cottages beside a river with a stone bridge", {"cottage": 2, "river": 1, "bridge": 1}),
        ("a village and 12 geese", {"village": 1, "birds": 12}),
        ("a full moon over a waterfall", {"moon": 1, "waterfall": 1}),
        ("a flock of wild geese", {"birds": 9}),
        ("several pagodas, a couple of oxen", {"pagoda": 4, "ox": 2}),
        ("fishermen", {"fisherman": 3}),
        ("a boat on the left and a boat on the right", {"boat": 2}),
        ("a boat; the boat is red", {"boat": 1}),
        ("pine forest", {"forest": 1, "pine": 5}),
        ("0 boats", {"boat": 0}),
        ("two, boats", {"boat": 3}),
    ],
)
def test_elements_are_counted(text, expected):
    assert elements(text) == expected


@pytest.mark.parametrize(
    ("text", "none", "some"),
    [
        ("no people", {"figure", "walker", "fisherman", "scholar"}, set()),
        ("without trees", {"tree", "pine", "forest"}, set()),
        ("no boats on the lake", {"boat"}, {"lake"}),
        ("without trees, people or boats but with a pagoda", {"tree", "figure", "boat"}, {"pagoda"}),
        ("no people and two boats", {"figure"}, {"boat"}),
        ("no people, mountains", {"figure"}, {"mountain"}),
        ("not a single boat", {"boat"}, set()),
        ("a deserted valley", {"figure"}, {"mountain"}),
        ("nothing but mountains", set(), {"mountain"}),
        ("there isn't any bridge. A lake", {"bridge"}, {"lake"}),
    ],
)
def test_what_is_denied_stays_away(text, none, some):
    result = elements(text)
    assert {name for name in none if result.get(name) == 0} == none
    assert {name for name in some if result.get(name, 0) > 0} == some


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("at dawn", 6.0),
        ("midnight", 0.0),
        ("sunset", 18.0),
        ("a lake at 7 pm", 19.0),
        ("18:30", 18.5),
        ("12 am", 0.0),
        ("12:15 p.m. in the forest", 12.25),
        ("seven o'clock in the evening", 19.0),
        ("7 o’clock in the morning", 7.0),
        ("moonlit river", 22.0),
        ("full moon at 3:00 am", 3.0),
    ],
)
def test_hours(text, hour):
    assert read_prompt(text).wish.hour == hour


@pytest.mark.parametrize("text", ["25:00", "13 pm", "10:75 in the hills"])
def test_hours_that_no_clock_shows_are_not_followed(text):
    reading = read_prompt(text + " lake")
    assert reading.wish.hour is None
    assert reading.ignored[0] in text


@pytest.mark.parametrize(
    ("text", "season", "weather"),
    [
        ("spring blossom", "spring", None),
        ("autumn leaves in the rain", "autumn", "rain"),
        ("snowy hills", "winter", "snow"),
        ("a storm in winter", "winter", "storm"),
        ("falling snow", "winter", "snow"),
        ("misty summer", "summer", "mist"),
        ("mist, heavy rain", None, "rain"),
        ("a cloudless day", None, "clear"),
        ("overcast", None, "cloudy"),
        ("not in winter", None, None),
        ("snow, but not winter", None, "snow"),
    ],
)
def test_season_and_weather(text, season, weather):
    wish = read_prompt(text).wish
    assert (wish.season, wish.weather) == (season, weather)


@pytest.mark.parametrize("category", CATEGORIES)
def test_each_kind_of_painting_by_all_its_names(category):
    for phrase in [*CATEGORY_PHRASES[category].split(", "), f"{category} painting"]:
        assert read_prompt(f"{phrase} of a lake").wish.category == category, phrase


def test_white_clouds_are_no_kind_of_painting():
    assert read_prompt("white clouds").wish.category is None


def test_feelings_by_name_and_by_the_rest_of_the_sentence():
    assert read_prompt("solitude by the sea").wish.mood == "lonely"
    two = read_prompt("a lonely but hopeful boat").wish
    assert two.mood == "lonely, hopeful"
    assert two.valence == pytest.approx((EMOTIONS["lonely"][0] + EMOTIONS["hopeful"][0]) / 2)
    assert read_prompt("a hall, not sad").wish.valence == pytest.approx(0.4)
    free = read_prompt("the terrible, awful day")
    assert free.wish.mood == "terrible, awful"
    assert free.wish.valence < -0.3
    assert free.ignored == ()
    assert read_prompt("a river without trees").wish.valence is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("winter then summer", "'winter' and 'summer' contradict each other; 'summer' is followed."),
        ("a boat. No boats", "'boats' was asked for and then denied; there will be none, as the later wins."),
        ("no boats. A boat", "'boat' was denied and then asked for; it will be there, as the later wins."),
        ("400 trees", "400 trees: there can be up to 60 of 'tree', so there will be 60."),
        ("rain. Not rain", "'rain' was asked for and then denied; the weather is left to chance."),
        ("dragon, montain", "Not understood: dragon, montain (did you mean 'mountain'?)."),
        (
            "a small lake",
            "Not followed: small (sizes and materials cannot be asked for, nor places and colours of everything).",
        ),
        ("a chair", "Nothing of the prompt was understood, so everything is chosen by chance."),
    ],
)
def test_decisions_are_said(text, message):
    assert message in remarks_on(read_prompt(text))


def test_sunset_in_the_evening_is_no_contradiction():
    assert read_prompt("sunset, evening").notes == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty.*a lonely boat"),
        (" \n\t", "is empty"),
        ("x" * 2001, "2,000 characters; this one has 2,001"),
        ("一匹骆驼", "read in English and Chinese.*a lonely boat"),
        ("одинокая лодка", "read in English"),
        ("ein Boot auf dem See unter den Bergen", "read in English"),
        ("un bateau sur le lac avec des montagnes", "read in English"),
        ("🙂", "read in English"),
    ],
)
def test_what_cannot_be_read(text, message):
    with pytest.raises(UsageError, match=message):
        read_prompt(text)


def test_a_foreign_word_beside_english_ones_is_only_ignored():
    reading = read_prompt("a boat, 骆驼")
    assert reading.wish.elements == {"boat": 1}
    assert reading.ignored == ("骆驼",)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("山水画，有一条小船", "a boat"),
        ("两棵松树，三只仙鹤，没有人", "two pines, three cranes, no people"),
        ("無人的湖，兩座橋，遠處的山", "no people, a lake, two bridges, distant mountain"),
        ("一條船在左邊，右邊有一座紅色的塔", "a boat on the left, on the right a red pagoda"),
        ("秋天的黄昏，水墨，孤独", "autumn, dusk, ink wash, lonely"),
        ("只有3只鸟", "only 3 birds"),
        ("十二座亭子，二十棵树", "12 pavilions, 20 trees"),
        ("没有树的湖，雪", "no trees. lake, snow"),
        ("竹林里的小屋，雨", "bamboo forest, cottage, rain"),
    ],
)
def test_chinese_is_read_by_the_same_grammar(text, same):
    first, second = read_prompt(text).wish, read_prompt(same).wish
    assert replace(first, exact=frozenset()) == replace(second, exact=frozenset())
    assert {name for name in first.exact if first.elements[name] > 1} == {
        name for name in second.exact if second.elements[name] > 1
    }


def test_chinese_words_lead_to_phrases_of_the_vocabulary():
    known = {*EXACT_PHRASES, *PLACES, *COLOUR_WORDS, *ONLY, *ABSENT, *MORE_NUMBERS, *DENIALS, *UNSUPPORTED_DETAILS}
    for word, phrases in WORDS.items():
        for phrase in phrases.split(" + "):
            assert phrase == word or phrase.removeprefix(AHEAD) in known or emotion_name(phrase), (word, phrase)


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ("two pines", {"pine"}),
        ("some pines", set()),
        ("pines", set()),
        ("a mountain and a pine", {"pine"}),
        ("one mountain", {"mountain"}),
        ("a dozen boats", {"boat"}),
        ("a flock of geese", set()),
    ],
)
def test_which_numbers_are_exact(text, exact):
    assert read_prompt(text).wish.exact == exact


@pytest.mark.parametrize(
    ("text", "details"),
    [
        ("a red sail on the left", (Detail("sail", 1, "left", "", "red"),)),
        ("a white house in the distance", (Detail("cottage", 1, "", "far", "white"),)),
        ("in the foreground two pines", (Detail("pine", 2, "", "near"),)),
        ("distant mountains, a pagoda near a lake", (Detail("mountain", 0, "", "far"),)),
        ("a boat. The boat is red", (Detail("boat", 1, "", "", "red"),)),
        ("a boat on the left and a boat on the right", (Detail("boat", 1, "left"), Detail("boat", 1, "right"))),
        ("a boat, on the left", (Detail("boat", 1, "left"),)),
        ("left of the lake a pine", ()),
        ("no red boats", ()),
    ],
)
def test_places_and_colours_belong_to_their_nouns(text, details):
    assert read_prompt(text).wish.details == details


@pytest.mark.parametrize("text", ["the Great Wall", "a house on fire", "a fine old tower", "a war boat"])
def test_only_words_of_mood_set_the_mood(text):
    assert read_prompt(text).wish.valence is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a red mountain", "Not followed: red"),
        ("birds on the left", "Not followed: on the left"),
        ("a forest and two pines", "There will be at least 2 of 'pine', as a forest may need more."),
        ("three temples", "There can be up to 1 of 'temple'"),
        ("a desert", "No desert can be painted yet"),
        ("a single crane, nothing else", "Nothing else is painted but level ground and sky."),
        ("only two boats", "Nothing else is painted but water, level ground and sky."),
        ("a moon at midnight", "which may be above the picture"),
        ("二十座寺庙，火山", "Not understood: 火山"),
    ],
)
def test_what_is_not_followed_to_the_letter_is_said(text, message):
    assert message in " ".join(remarks_on(read_prompt(text)))


def test_a_desert_has_no_water():
    assert not any(compose(read_prompt("a desert with two oxen").wish, seed).has_water for seed in range(12))


def test_no_text_makes_it_fail_otherwise():
    rng = np.random.default_rng(11)
    pieces = [
        *PHRASES,
        "no",
        "without",
        "12:99",
        "9" * 50,
        "²",
        "٣ boats",
        "\x00",
        "\ud800",
        "🙂",
        ",",
        ".",
        "'",
        "don’t",
    ]
    for _ in range(1500):
        words = [pieces[i] for i in rng.integers(0, len(pieces), rng.integers(1, 9))]
        wild = "".join(chr(c) for c in rng.integers(0, 0x3000, rng.integers(0, 12)))
        text = " ".join([*words, wild]) if rng.random() < 0.7 else wild
        try:
            reading = read_prompt(text)
        except UsageError:
            continue
        wish = reading.wish
        assert set(wish.elements) <= set(ELEMENTS)
        assert all(0 <= n <= MAX_COUNTS.get(name, 20) for name, n in wish.elements.items())
        assert wish.hour is None or 0 <= wish.hour <= 24
        assert len(wish.mood) <= 60
        assert all(isinstance(line, str) for line in remarks_on(reading))


def test_plurals():
    assert [plural(w) for w in ("boat", "wild goose", "ox", "valley", "city", "branch", "fisherman")] == [
        "boats", "wild geese", "oxen", "valleys", "cities", "branches", "fishermen",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("hour", "name"),
    [(0, "night"), (4.5, "dawn"), (6.99, "dawn"), (7, "morning"), (12, "noon"), (15, "afternoon"), (18.5, "dusk")],
)
def test_times_of_day(hour, name):
    assert time_of_day(hour) == name
    assert time_of_day(24) == "night"


def test_what_is_understood_but_cannot_be_painted_is_said() -> None:
    assert any("No waterfall" in line for line in remarks_on(read_prompt("a waterfall between pines")))
    assert remarks_on(read_prompt("two pines beside a lake")) == []
