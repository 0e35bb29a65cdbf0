"""Words of emotion: other forms of the named emotions, and cues by which free text is scored.

The lists are small and our own.
"""

from __future__ import annotations

__all__ = ["EXCITING", "EMOTION_FORMS", "INTENSIFIERS", "LEXICON_ADDITIONS", "NEGATIONS", "CALMING", "SOFTENERS"]

_FORMS = {
    "joyful": "joy joyous joyfully happy happiness happily delight delighted delightful elated exuberant "
    "blissful bliss jubilant ecstatic glad",
    "cheerful": "cheer cheerfulness cheerfully cheery merry merriment playful lighthearted light-hearted",
    "awe": "awed awestruck awesome awe-inspiring sublime wonder wondrous astonished astonishment reverent reverence",
    "majestic": "majesty majestically grand grandeur magnificent magnificence stately noble heroic mighty "
    "imposing proud",
    "wild": "wildness wildly untamed fierce fierceness ferocious turbulent turbulence frenzied unruly",
    "romantic": "romance romantically love loving lovestruck amorous passionate passion",
    "hopeful": "hope hopefulness hopefully hoping optimistic optimism encouraged",
    "tender": "tenderness tenderly gentle gentleness gently affectionate affection warmhearted cosy cozy",
    "serene": "serenity serenely tranquil tranquility tranquillity placid content contented contentment",
    "peaceful": "peace peacefully peacefulness restful relaxed relaxing harmonious harmony",
    "calm": "calmness calmly calming quietude stillness meditative contemplative contemplation zen",
    "dreamy": "dream dreaming dreamlike dreamily ethereal reverie otherworldly",
    "nostalgic": "nostalgia nostalgically wistful wistfulness wistfully homesick homesickness yearning longing "
    "bittersweet",
    "mysterious": "mystery mysteriously mystical mystic enigmatic eerie uncanny haunting secretive",
    "solemn": "solemnity solemnly austere austerity stern dignified pensive",
    "melancholy": "melancholic melancholia melancholically sombre somber mournful mourning elegiac",
    "lonely": "loneliness lonesome solitary solitude alone forlorn isolated isolation",
    "sad": "sadness sadly unhappy unhappiness sorrow sorrowful grief grieving heartbroken heartbreak tearful "
    "miserable misery depressed",
    "gloomy": "gloom gloomily dismal dreary dreariness bleak bleakness cheerless",
    "desolate": "desolation despair despairing hopeless hopelessness",
    "tense": "tension tensely anxious anxiety uneasy unease nervous restless restlessness ominous menacing",
    "fearful": "fear fearfulness afraid scared scary frightened frightening terrified terror terrifying dread "
    "dreadful horror",
    "angry": "anger angrily furious fury rage raging wrath wrathful irate mad",
}

EMOTION_FORMS: dict[str, str] = {form: name for name, forms in _FORMS.items() for form in forms.split()}
"""Another form or a near synonym → the emotion's name."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


EXCITING = _words(
    "excited exciting excitement thrill thrilled thrilling rush rushing roar roaring dance dancing run "
    "running race racing leap leaping burst bursting blaze blazing fire thunder lightning storm battle "
    "war fight shout shouting scream screaming laugh laughing laughter festival celebrate celebration "
    "party triumph victory wedding adventure danger sudden suddenly wonderful amazing fantastic gallop "
    "explode explosion crash alarm panic chaos energy energetic"
)
"""Words that raise arousal."""

CALMING = _words(
    "quiet quietly silent silence silently still slow slowly sleep sleeping sleepy asleep rest resting "
    "hush hushed soft softly whisper whispering drift drifting fade fading faded lull lullaby empty "
    "emptiness tired weary bored boring dull meditation nap doze idle lazy slumber snowfall candlelight "
    "cradle leisure leisurely"
)
"""Words that lower arousal."""

INTENSIFIERS = _words(
    "very so extremely utterly incredibly overwhelmingly wildly deeply intensely totally absolutely "
    "terribly really completely most"
)
"""Words that make an emotion stronger."""

SOFTENERS = _words("slightly somewhat little bit rather faintly mildly barely hardly gently softly")
"""Words that make an emotion weaker."""

NEGATIONS = _words("not no never without neither nor isn't wasn't don't doesn't didn't nothing hardly less")
"""Words that negate what follows."""

LEXICON_ADDITIONS: dict[str, float] = {
    "home": 1.2,
    "homecoming": 2.0,
    "childhood": 1.2,
    "birthday": 1.8,
    "wedding": 2.0,
    "newborn": 1.8,
    "reunion": 1.8,
    "reunited": 2.0,
    "spring": 0.6,
    "graduation": 1.6,
    "grandmother": 0.7,
    "grandfather": 0.7,
    "remember": 0.3,
    "farewell": -1.4,
    "goodbye": -1.3,
    "parting": -1.3,
    "exile": -1.9,
    "autumn": -0.2,
    "widow": -1.8,
    "orphan": -1.8,
    "storm": -0.8,
    "stillness": 0.5,
    "silence": 0.2,
    "majestic": 1.8,
}
"""Word of memory or landscape that VADER's lexicon lacks → its valence in VADER's unit, from -4 to 4."""
