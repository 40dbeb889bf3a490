"""The words that dates are written with, language by language: dateparser's CLDR data and what it lacks."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, Final

UNITS: Final = ("second", "minute", "hour", "day", "week", "month", "year")
MONTHS: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

Meaning = tuple[str, int, int]
"""Kind and its numbers: ``month`` 1-12; ``weekday``; ``half`` 0 or 12; ``unit`` (index of :data:`UNITS`); ``ago``;
``ahead`` (a future); ``day`` (days before today); ``age`` (count, unit: ``two days`` in one word); ``period`` (count,
unit: ``last month``); ``few`` (a number word); ``about``; ``skip``."""

LANGUAGES: Final = (
    "en", "de", "fr", "es", "pt", "it", "nl", "ru", "pl", "cs", "tr", "ja", "zh", "ko", "ar", "fa", "he", "sv", "da",
    "nb", "fi", "el", "hu", "ro", "uk", "bg", "sr", "hr", "bs", "sk", "sl", "ca", "gl", "eu", "id", "ms", "vi", "th",
    "hi", "bn", "ur", "ta", "te", "mr", "lt", "lv", "et", "mk", "sq", "be", "ka", "hy", "az", "kk", "uz", "is", "af",
    "sw", "fil", "cy", "ga", "eo", "nn",
)  # fmt: skip
"""Languages that are tried when the page's own does not know a word, no order of preference."""

_FILES: Final[dict[str, tuple[str, ...]]] = {
    "az": ("az", "az-Latn"),
    "bs": ("bs", "bs-Latn", "bs-Cyrl", "hr"),
    "nb": ("nb", "da"),
    "no": ("nb", "nn", "da"),
    "sr": ("sr", "sr-Cyrl", "sr-Latn"),
    "uz": ("uz", "uz-Latn", "uz-Cyrl"),
    "zh": ("zh", "zh-Hans", "zh-Hant"),
    "iw": ("he",),
    "in": ("id",),
    "tl": ("fil",),
}
"""Languages that are kept in several files or under another code."""

_AGO: Final[dict[str, str]] = {
    "af": "gelede", "ar": "منذ|قبل|مضت", "az": "əvvəl", "be": "таму|таму назад", "bg": "преди", "bn": "পূর্বে|আগে",
    "bs": "prije|пре", "ca": "fa", "cs": "před|nazpět", "cy": "yn ôl", "da": "siden|for", "de": "vor|her",
    "el": "πριν|πριν από|εδώ και", "en": "ago", "eo": "antaŭ", "es": "hace|atrás", "et": "tagasi", "eu": "duela",
    "fa": "پیش|قبل", "fi": "sitten", "fil": "nakalipas|ang nakalipas", "fr": "il y a", "ga": "ó shin",
    "gl": "hai|fai", "he": "לפני", "hi": "पहले|पूर्व", "hr": "prije", "hu": "ezelőtt|telt el|óta", "hy": "առաջ",
    "id": "lalu|yang lalu", "is": "síðan|fyrir", "it": "fa", "ja": "前", "ka": "წინ", "kk": "бұрын", "ko": "전",
    "lt": "prieš", "lv": "pirms", "mk": "пред|пред околу", "mr": "पूर्वी", "ms": "yang lalu|lalu", "nb": "siden|for",
    "nl": "geleden", "nn": "sidan|for", "pl": "temu", "pt": "há|atrás", "ro": "acum|în urmă cu|în urmă",
    "ru": "назад|тому назад", "sk": "pred", "sl": "nazaj|pred", "sq": "më parë|para", "sr": "пре|pre",
    "sv": "sedan|för", "sw": "iliyopita|yaliyopita|zilizopita", "ta": "முன்|முன்பு", "te": "క్రితం",
    "th": "ที่แล้ว|ที่ผ่านมา|มาแล้ว|ก่อน", "tr": "önce", "uk": "тому|тому назад", "ur": "پہلے", "uz": "oldin",
    "vi": "trước|cách đây", "zh": "前|以前|之前",
}  # fmt: skip
"""Words for ``ago``, before or behind the number."""

_MORE_UNITS: Final[dict[str, dict[str, str]]] = {
    "ar": {
        "second": "ثوان|ثواني|ثانية|لحظات", "minute": "دقيقة|دقائق", "hour": "ساعة|ساعات", "day": "يوم|يوما|أيام",
        "week": "أسبوع|أسابيع|أسبوعا", "month": "شهر|أشهر|شهور|شهرا", "year": "سنة|سنوات|عام|أعوام|عاما|سنين",
    },
    "bg": {"minute": "минута|минути", "hour": "час|часа", "day": "ден|дни", "month": "месец|месеца", "year": "година|години"},
    "ca": {"minute": "minuts", "hour": "hores", "day": "dies", "week": "setmanes", "month": "mesos", "year": "anys"},
    "da": {"minute": "minutter", "hour": "time|timer", "day": "dage", "week": "uger", "month": "måneder"},
    "de": {"day": "tagen", "month": "monaten", "year": "jahren"},
    "el": {
        "second": "δευτερόλεπτα", "minute": "λεπτά", "hour": "ώρες", "day": "ημέρες|μέρες|μέρα", "week": "εβδομάδες",
        "month": "μήνα|μήνες", "year": "χρόνο|χρόνος|χρόνια|έτη",
    },
    "en": {"second": "s", "minute": "m", "month": "mo|mos", "week": "w|wks", "year": "yrs"},
    "fa": {"second": "ثانیه", "year": "سال"},
    "fi": {"day": "päivää", "hour": "tuntia", "minute": "minuuttia", "week": "viikkoa", "month": "kuukautta", "year": "vuotta"},
    "id": {"minute": "menit", "hour": "jam", "day": "hari", "week": "minggu", "month": "bulan", "year": "tahun"},
    "ja": {"week": "週間", "month": "か月|ヶ月|ヵ月|カ月|ケ月"},
    "ko": {"month": "개월|달", "year": "년", "week": "주일|주"},
    "lv": {"minute": "minūtes", "hour": "stundas|stundām", "day": "dienas|dienām", "year": "gadi|gadiem"},
    "ms": {"minute": "minit"},
    "pl": {
        "minute": "minutę|minuty|minut", "hour": "godzinę|godziny|godzin", "day": "dni",
        "week": "tydzień|tygodnie|tygodni", "month": "miesiąc|miesiące|miesięcy", "year": "rok|lata|lat",
        "second": "sekundę|sekundy|sekund",
    },
    "ro": {"minute": "de minute", "hour": "de ore|oră|ore", "day": "de zile|zi|zile", "year": "de ani|ani"},
    "ru": {"year": "год|года|лет", "month": "месяца|месяцев", "second": "секунды|секунд"},
    "sl": {"minute": "minuti|minute|minut", "hour": "uri|ure|ur", "day": "dan|dni|dneva|dnevi", "week": "tedni|tednov",
           "month": "meseci|mesecev|meseca", "year": "leti|leta|let"},
    "sq": {"minute": "minuta", "week": "javë", "month": "muaj", "year": "vit|vjet", "hour": "orë", "day": "ditë"},
    "sv": {"minute": "minuter", "hour": "timme|timmar", "day": "dagar", "week": "veckor", "month": "månader"},
    "th": {"hour": "ชั่วโมง", "day": "วัน", "month": "เดือน", "year": "ปี"},
    "tr": {"day": "gün", "hour": "saat", "week": "hafta", "year": "yıl|sene"},
    "uk": {
        "minute": "хв|хвилин|хвилини|хвилину", "hour": "годину|години|годин", "day": "днів|дні|дня",
        "week": "тижні|тижнів", "month": "місяці|місяців", "year": "роки|років|рік",
    },
    "zh": {
        "minute": "分钟|分鐘", "hour": "小时|小時|个小时|個小時", "day": "天", "week": "周|週|星期|个星期", "month": "个月|個月|月",
        "year": "年",
    },
}  # fmt: skip
"""Inflected and short units that the data lacks."""

_AGES: Final[dict[str, dict[tuple[int, str], str]]] = {
    "ar": {
        (2, "minute"): "دقيقتين|دقيقتان", (2, "hour"): "ساعتين|ساعتان", (2, "day"): "يومين|يومان",
        (2, "week"): "أسبوعين|أسبوعان", (2, "month"): "شهرين|شهران", (2, "year"): "سنتين|عامين|سنتان|عامان",
    },
    "he": {(2, "hour"): "שעתיים", (2, "day"): "יומיים", (2, "week"): "שבועיים", (2, "month"): "חודשיים", (2, "year"): "שנתיים"},
}  # fmt: skip
"""Duals: a count and its unit in one word."""

_NOW: Final[dict[str, str]] = {
    "en": "just now|right now|moments ago|a moment ago|a few seconds ago", "de": "gerade eben|soeben",
    "fr": "à l'instant", "es": "justo ahora|ahora mismo", "pt": "agora mesmo|agora há pouco",
    "it": "proprio ora|adesso", "nl": "zojuist|zonet", "ru": "только что", "pl": "przed chwilą",
    "tr": "az önce|şimdi", "ja": "たった今|さっき", "zh": "刚刚|剛剛|刚才", "ko": "방금|방금 전", "sv": "just nu|nyss",
    "da": "lige nu", "uk": "щойно", "cs": "právě teď", "id": "baru saja", "vi": "vừa xong", "ar": "الآن",
}  # fmt: skip
_DAYS: Final[dict[str, dict[int, str]]] = {
    "bg": {0: "днес", 1: "вчера"},
    "el": {1: "χθες|εχθές|χτες"},
    "fa": {0: "امروز", 1: "دیروز"},
    "ja": {0: "本日", 2: "おととい"},
    "nb": {0: "i dag", 1: "i går"},
    "pl": {0: "dziś|dzisiaj", 1: "wczoraj"},
    "pt": {1: "ontem"},
    "tr": {0: "bugün", 1: "dün"},
    "zh": {0: "今日", 1: "昨日"},
}
_MORE_MONTHS: Final[dict[str, tuple[str, ...]]] = {
    "ar": (
        "كانون الثاني|جانفي", "شباط|فيفري", "آذار", "نيسان|أفريل", "أيار|ماي", "حزيران|جوان", "تموز|جويلية",
        "آب|أوت|أغشت", "أيلول|شتنبر", "تشرين الأول", "تشرين الثاني|نونبر", "كانون الأول|دجنبر",
    ),
    "el": (
        "", "φεβρουαρίου|φεβ", "μαρτίου", "απριλίου|απρ", "μαΐου|μάιος|μάη", "ιουνίου", "ιουλίου", "αυγούστου",
        "σεπτεμβρίου", "οκτωβρίου", "νοεμβρίου", "δεκεμβρίου",
    ),
    "zh": tuple(f"{number}月" for number in ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")),
}  # fmt: skip
_MORE_HALVES: Final[dict[str, tuple[str, str]]] = {
    "ar": ("ص|صباحا", "م|مساء"), "bn": ("পূর্বাহ্ণ", "অপরাহ্ণ"), "el": ("πμ|π μ", "μμ|μ μ"), "en": ("am|a m", "pm|p m"),
    "es": ("am|a m", "pm|p m"), "fa": ("ق ظ", "ب ظ"), "hu": ("de", "du"), "ja": ("午前", "午後"), "ko": ("오전", "오후"),
    "sq": ("pd|paradite|e paradites", "md|mbasdite|e pasdites"), "tr": ("öö", "ös"), "vi": ("sa|sáng", "ch|chiều"),
    "zh": ("上午|早上|凌晨", "下午"),
}  # fmt: skip
_FEW: Final[dict[str, dict[int, str]]] = {
    "en": {1: "a|an|one", 2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight", 9: "nine", 10: "ten"},
    "de": {1: "ein|eine|einem|einer|einen", 2: "zwei", 3: "drei"},
    "fr": {1: "un|une", 2: "deux", 3: "trois"},
    "es": {1: "un|una", 2: "dos", 3: "tres"},
    "pt": {1: "um|uma"},
    "it": {1: "un|una|uno|un'"},
    "nl": {1: "een|één"},
    "sv": {1: "en|ett"},
    "da": {1: "en|et"},
    "nb": {1: "en|et|ett"},
    "ro": {1: "un|o"},
    "ru": {1: "один|одна|одну"},
    "bg": {1: "един|една"},
    "he": {1: "אחד|אחת"},
    "ar": {1: "واحد|واحدة"},
    "el": {1: "ένα|έναν|μια|μία"},
    "hu": {1: "egy"},
    "tr": {1: "bir"},
    "id": {1: "satu"},
    "hr": {1: "jedan|jedna|jednu"},
    "vi": {1: "một"},
}  # fmt: skip
_ABOUT: Final[dict[str, str]] = {
    "en": "about|almost|over|more than|nearly|around|approximately|less than|under",
    "fr": "environ|presque|plus de|moins de", "de": "etwa|ungefähr|über|fast|mehr als|weniger als|ca",
    "es": "alrededor de|cerca de|casi|más de|menos de|aproximadamente",
    "pt": "cerca de|quase|mais de|menos de|aproximadamente", "it": "circa|quasi|più di|meno di",
    "nl": "ongeveer|bijna|meer dan", "ru": "около|примерно|более|почти|менее|больше", "pl": "około|ponad|prawie",
    "zh": "约|約|大约|大約", "ja": "約|およそ", "ko": "약", "sv": "cirka|ungefär|över|nästan", "tr": "yaklaşık",
    "uk": "близько|майже",
}  # fmt: skip
_BARRED: Final = frozenset({"m"})
"""Units of the data that are not taken over: ``m`` is a month in CLDR and a minute on most pages."""

_DROPPED: Final = re.compile(
    "[\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
)
_SAME: Final = str.maketrans({"ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه", "ı": "i", "\u2212": "-", "\u2013": "-", "’": "'"})
_LETTER: Final = (
    r"(?:[^\W\d_]|[\u0900-\u0963\u0966-\u0dff\u0e00-\u0e4e\u0e80-\u0ecd\u1000-\u109f\u1780-\u17d3\u3005\u309b\u309c])"
)
WORD: Final = rf"{_LETTER}+"
"""Pattern of one word; the marks that Indic and Thai letters carry are letters here."""

_PIECE = re.compile(rf"[0-9]+|{WORD}")
_THAI_DOT = re.compile("(?<=[\u0e00-\u0e4e])\\.")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_AGE_KEY = re.compile(r"(\d+) (\w+) ago")
_AGE_NUMBER = re.compile(r"\(\\d[^)]*\)(?:\\s\*)?")


def plain(text: str) -> str:
    """One spelling for comparison: ASCII digits, folded case, no accents, vowel points, direction marks."""
    if text.isascii():
        return text.lower()
    folded = _DROPPED.sub("", unicodedata.normalize("NFKD", text.casefold())).translate(_SAME)
    folded = "".join(str(unicodedata.decimal(char, char)) for char in folded) if not folded.isascii() else folded
    return _THAI_DOT.sub("", unicodedata.normalize("NFC", folded))


def pieces(phrase: str) -> str:
    """The key of a phrase: its words and numbers, parted by single spaces."""
    return " ".join(_PIECE.findall(plain(phrase)))


@dataclass(frozen=True, slots=True)
class Words:
    """The vocabulary of one language."""

    language: str
    phrases: dict[str, frozenset[Meaning]]
    longest: int
    """Words of the longest phrase."""
    order: str
    """Order of a date in figures: ``DMY``, ``MDY``, ``YMD``."""
    regions: dict[str, str]
    """The same for regions that differ, by lower-case tag."""
    parts: re.Pattern[str] | None
    """Words of a script without spaces, longest first."""


@cache
def words_of(language: str) -> Words | None:
    """The vocabulary of a language (BCP 47 primary subtag), None when nothing is known about it."""
    files = []
    for name in _FILES.get(language, (language,)):
        if not re.fullmatch(r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?", name):
            return None
        try:
            files.append(import_module(f"dateparser.data.date_translation_data.{name}").info)
        except ModuleNotFoundError:
            continue
    if not files:
        return None
    language = "nb" if language == "no" else {"iw": "he", "in": "id", "tl": "fil"}.get(language, language)
    found: defaultdict[str, set[Meaning]] = defaultdict(set)
    ago = _own_words(language, found)
    for info in files:
        _read_file(info, language, found, ago)
    regions = files[0].get("locale_specific", {})
    spaceless = sorted((key for key in found if " " not in key and _UNSPACED.search(key)), key=len, reverse=True)
    return Words(
        language,
        {key: frozenset(meanings) for key, meanings in found.items()},
        max(key.count(" ") for key in found) + 1,
        files[0].get("date_order", "DMY"),
        {name.lower(): region["date_order"] for name, region in regions.items() if "date_order" in region},
        re.compile("|".join(map(re.escape, spaceless))) if spaceless else None,
    )


def _own_words(language: str, found: defaultdict[str, set[Meaning]]) -> set[str]:
    """Add the tables above; return the words for ``ago``."""

    def add(phrases: str, kind: str, first: int = 0, second: int = 0) -> None:
        for phrase in phrases.split("|"):
            if key := pieces(phrase):
                found[key].add((kind, first, second))

    ago = {pieces(phrase) for phrase in _AGO.get(language, "").split("|")} - {""}
    add(_AGO.get(language, ""), "ago")
    for unit, forms in _MORE_UNITS.get(language, {}).items():
        add(forms, "unit", UNITS.index(unit))
    for (count, unit), forms in _AGES.get(language, {}).items():
        add(forms, "age", count, UNITS.index(unit))
    add(_NOW.get(language, ""), "period", 0, UNITS.index("minute"))
    for days, forms in _DAYS.get(language, {}).items():
        add(forms, "day", days)
    for month, forms in enumerate(_MORE_MONTHS.get(language, ()), 1):
        add(forms, "month", month)
    for half, forms in enumerate(_MORE_HALVES.get(language, ())):
        add(forms, "half", half * 12)
    for count, forms in _FEW.get(language, {}).items():
        add(forms, "few", count)
    add(_ABOUT.get(language, ""), "about")
    return ago


def _read_file(info: dict[str, Any], language: str, found: defaultdict[str, set[Meaning]], ago: set[str]) -> None:
    """Add what a file of dateparser's data says, as far as the tables above do not say otherwise."""
    own = set(found)

    def add(phrase: str, kind: str, first: int = 0, second: int = 0) -> None:
        key = pieces(phrase)
        if key and not (key in own and kind in ("unit", "period", "ahead")) and not (kind == "unit" and key in _BARRED):
            found[key].add((kind, first, second))

    for names, kind, base in ((MONTHS, "month", 1), (WEEKDAYS, "weekday", 0), (("am", "pm"), "half", 0), (UNITS, "unit", 0)):
        for index, name in enumerate(names):
            for phrase in info.get(name, ()):
                if kind == "month" and phrase[:1].isdigit():
                    continue  # 7月: dates in figures are read as such
                add(phrase, kind, index * 12 if kind == "half" else index + base)
    for key, patterns in info.get("relative-type-regex", {}).items():
        unit = key.replace("\\1 ", "").removesuffix(" ago")
        if key.endswith(" ago") and unit in UNITS:
            for pattern in patterns:
                rest = pieces(_AGE_NUMBER.sub(" ", pattern).replace("\\", " "))
                for word in sorted(ago, key=len, reverse=True):
                    rest = f" {rest} ".replace(f" {word} ", " ").strip()
                if rest and " " not in rest and len(rest) > 1:
                    add(rest, "unit", UNITS.index(unit))
    for key, phrases in info.get("relative-type", {}).items():
        age = _AGE_KEY.fullmatch(key)
        for phrase in phrases:
            if key.startswith("in "):
                add(phrase, "ahead")
            elif age and age[2] in UNITS and not set(pieces(phrase).split()) & ago:
                count, unit = int(age[1]), UNITS.index(age[2])
                add(phrase, "day", count) if age[2] == "day" else add(phrase, "period", count, max(unit, 1))
    for phrase in info.get("in", ()):
        if language in ("en", "de", "fr", "ru", "nl"):
            add(phrase, "ahead")
    for phrase in info.get("skip", ()):
        if pieces(phrase) not in found:
            add(phrase, "skip")


@cache
def languages_by_word() -> dict[str, frozenset[str]]:
    """Languages that know a month, day or unit word, for pages that say nothing or something wrong about theirs."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for language in LANGUAGES:
        words = words_of(language)
        for phrase, meanings in words.phrases.items() if words else ():
            if len(phrase) > 1 and any(kind in ("month", "unit", "day", "age", "period") for kind, _, _ in meanings):
                found[phrase.split()[0]].add(language)
    return {word: frozenset(languages) for word, languages in found.items()}
