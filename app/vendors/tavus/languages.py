"""Languages for Tavus, as data: the name of each, and the closing sentence in it (docs/vendors/tavus.md 2.1, 4.5)."""

from __future__ import annotations

_LANGUAGES = {
    "ar": "arabic", "bg": "bulgarian", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "es": "spanish", "fi": "finnish", "fil": "filipino", "fr": "french", "hi": "hindi", "hr": "croatian",
    "hu": "hungarian", "id": "indonesian", "it": "italian", "ja": "japanese", "ko": "korean", "ms": "malay",
    "nl": "dutch", "no": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian",
    "sk": "slovak", "sv": "swedish", "ta": "tamil", "tr": "turkish", "uk": "ukrainian", "vi": "vietnamese",
    "zh": "chinese",
}  # fmt: skip


def language_name(code: str) -> str:
    """Return a language's full name, as Tavus wants it; "multilingual" (it detects the language) for others."""
    return _LANGUAGES.get(code.partition("-")[0], "multilingual")


CLOSING = {
    "en": "Our time is nearly over. Thank you for the visit, and goodbye!",
    "de": "Unsere Zeit ist fast um. Danke für den Besuch und auf Wiedersehen!",
    "es": "Nuestro tiempo casi se acaba. ¡Gracias por la visita y hasta pronto!",
    "fr": "Notre temps est presque écoulé. Merci de votre visite et au revoir !",
    "ar": "أوشك وقتنا على الانتهاء. شكرًا على الزيارة، وإلى اللقاء!",
}
"""What the avatar says near the end, by language; in other languages it says nothing."""
