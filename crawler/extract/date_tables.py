"""Words of dates in many languages: what dateparser's language data lacks.

A string holds several spellings parted by ``|``. Accents and case do not matter.
"""

from __future__ import annotations

from typing import Final

UNITS: Final = ("second", "minute", "hour", "day", "week", "month", "year")
MONTHS: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

LANGUAGES: Final = (
    "en", "de", "fr", "es", "pt", "it", "nl", "ru", "pl", "cs", "tr", "ja", "zh", "ko", "ar", "fa", "he", "sv", "da",
    "nb", "fi", "el", "hu", "ro", "uk", "bg", "sr", "hr", "bs", "sk", "sl", "ca", "gl", "eu", "id", "ms", "vi", "th",
    "hi", "bn", "ur", "ta", "te", "mr", "lt", "lv", "et", "mk", "sq", "be", "ka", "hy", "az", "kk", "uz", "is", "af",
    "sw", "fil", "cy", "ga", "eo", "nn",
)  # fmt: skip
"""Languages that are tried when the page's own does not know a word, no order of preference."""

FILES: Final[dict[str, tuple[str, ...]]] = {
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

AGO: Final[dict[str, str]] = {
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

MORE_UNITS: Final[dict[str, dict[str, str]]] = {
    "ar": {
        "second": "ثوان|ثواني|ثانية|لحظات", "minute": "دقيقة|دقائق", "hour": "ساعة|ساعات", "day": "يوم|يوما|أيام",
        "week": "أسبوع|أسابيع|أسبوعا", "month": "شهر|أشهر|شهور|شهرا", "year": "سنة|سنوات|عام|أعوام|عاما|سنين",
    },
    "bg": {
        "minute": "минута|минути", "hour": "час|часа", "day": "ден|дни", "month": "месец|месеца",
        "year": "година|години",
    },
    "ca": {"minute": "minuts", "hour": "hores", "day": "dies", "week": "setmanes", "month": "mesos", "year": "anys"},
    "da": {"minute": "minutter", "hour": "time|timer", "day": "dage", "week": "uger", "month": "måneder"},
    "de": {"day": "tagen", "month": "monaten", "year": "jahren"},
    "el": {
        "second": "δευτερόλεπτα", "minute": "λεπτά", "hour": "ώρες", "day": "ημέρες|μέρες|μέρα", "week": "εβδομάδες",
        "month": "μήνα|μήνες", "year": "χρόνο|χρόνος|χρόνια|έτη",
    },
    "en": {"second": "s", "minute": "m", "month": "mo|mos", "week": "w|wks", "year": "yrs"},
    "bs": {"week": "sedmica|sedmice|sedmicu"},
    "eo": {"minute": "minuto|minutoj", "hour": "horo|horoj", "day": "tago|tagoj", "year": "jaro|jaroj"},
    "es": {"minute": "mins"},
    "et": {"minute": "minutit", "hour": "tundi", "day": "päeva", "week": "nädalat", "month": "kuud", "year": "aastat"},
    "fa": {"second": "ثانیه", "year": "سال"},
    "fi": {
        "day": "päivää", "hour": "tuntia", "minute": "minuuttia", "week": "viikkoa", "month": "kuukautta",
        "year": "vuotta",
    },
    "id": {"minute": "menit", "hour": "jam", "day": "hari", "week": "minggu", "month": "bulan", "year": "tahun"},
    "ja": {"week": "週間", "month": "か月|ヶ月|ヵ月|カ月|ケ月"},
    "ko": {"month": "개월|달", "year": "년", "week": "주일|주"},
    "lv": {
        "minute": "minūtes|minūte|minūtēm", "hour": "stundas|stundām", "day": "dienas|dienām", "year": "gadi|gadiem",
    },
    "ms": {"minute": "minit"},
    "nl": {"hour": "uren", "year": "jaren"},
    "pl": {
        "minute": "minutę|minuty|minut", "hour": "godzinę|godziny|godzin", "day": "dni",
        "week": "tydzień|tygodnie|tygodni", "month": "miesiąc|miesiące|miesięcy", "year": "rok|lata|lat",
        "second": "sekundę|sekundy|sekund",
    },
    "ro": {"minute": "de minute", "hour": "de ore|oră|ore", "day": "de zile|zi|zile", "year": "de ani|ani"},
    "ru": {"year": "год|года|лет", "month": "месяца|месяцев", "second": "секунды|секунд"},
    "sl": {
        "minute": "minuti|minute|minut", "hour": "uri|ure|ur", "day": "dan|dni|dneva|dnevi",
        "week": "tedni|tednov|tedna", "month": "meseci|mesecev|meseca", "year": "leti|leta|let",
    },
    "sq": {"minute": "minuta", "week": "javë", "month": "muaj", "year": "vit|vjet", "hour": "orë", "day": "ditë"},
    "sv": {"minute": "minuter", "hour": "timme|timmar", "day": "dagar", "week": "veckor", "month": "månader"},
    "sw": {"hour": "masaa"},
    "th": {"hour": "ชั่วโมง", "day": "วัน", "month": "เดือน", "year": "ปี"},
    "tr": {"day": "gün", "hour": "saat", "week": "hafta", "year": "yıl|sene"},
    "uk": {
        "minute": "хв|хвилин|хвилини|хвилину", "hour": "годину|години|годин", "day": "днів|дні|дня",
        "week": "тижні|тижнів", "month": "місяці|місяців", "year": "роки|років|рік",
    },
    "zh": {
        "minute": "分钟|分鐘", "hour": "小时|小時|个小时|個小時", "day": "天", "week": "周|週|星期|个星期",
        "month": "个月|個月|月", "year": "年",
    },
}  # fmt: skip
"""Inflected and short units that the data lacks."""

AGES: Final[dict[str, dict[tuple[int, str], str]]] = {
    "ar": {
        (2, "minute"): "دقيقتين|دقيقتان", (2, "hour"): "ساعتين|ساعتان", (2, "day"): "يومين|يومان",
        (2, "week"): "أسبوعين|أسبوعان", (2, "month"): "شهرين|شهران", (2, "year"): "سنتين|عامين|سنتان|عامان",
    },
    "he": {
        (2, "hour"): "שעתיים", (2, "day"): "יומיים", (2, "week"): "שבועיים", (2, "month"): "חודשיים",
        (2, "year"): "שנתיים",
    },
}  # fmt: skip
"""Duals: a count and its unit in one word."""

NOW: Final[dict[str, str]] = {
    "en": "just now|right now|moments ago|a moment ago|a few seconds ago", "de": "gerade eben|soeben",
    "fr": "à l'instant", "es": "justo ahora|ahora mismo", "pt": "agora mesmo|agora há pouco",
    "it": "proprio ora|adesso", "nl": "zojuist|zonet", "ru": "только что", "pl": "przed chwilą",
    "tr": "az önce|şimdi", "ja": "たった今|さっき", "zh": "刚刚|剛剛|刚才", "ko": "방금|방금 전", "sv": "just nu|nyss",
    "da": "lige nu", "uk": "щойно", "cs": "právě teď", "id": "baru saja", "vi": "vừa xong", "ar": "الآن",
}  # fmt: skip
DAYS: Final[dict[str, dict[int, str]]] = {
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
MORE_MONTHS: Final[dict[str, tuple[str, ...]]] = {
    "ar": (
        "كانون الثاني|جانفي", "شباط|فيفري", "آذار", "نيسان|أفريل", "أيار|ماي", "حزيران|جوان", "تموز|جويلية",
        "آب|أوت|أغشت", "أيلول|شتنبر", "تشرين الأول", "تشرين الثاني|نونبر", "كانون الأول|دجنبر",
    ),
    "el": (
        "", "φεβρουαρίου|φεβ", "μαρτίου", "απριλίου|απρ", "μαΐου|μάιος|μάη", "ιουνίου", "ιουλίου", "αυγούστου",
        "σεπτεμβρίου", "οκτωβρίου", "νοεμβρίου", "δεκεμβρίου",
    ),
    "fi": tuple(
        f"{name}kuun"
        for name in (
            "tammi", "helmi", "maalis", "huhti", "touko", "kesä", "heinä", "elo", "syys", "loka", "marras", "joulu",
        )
    ),
    "sr": (
        "јануара|januara", "фебруара|februara", "марта|marta", "априла|aprila", "маја|maja", "јуна|juna", "јула|jula",
        "августа|avgusta", "септембра|septembra", "октобра|oktobra", "новембра|novembra", "децембра|decembra",
    ),
    "fa": (
        "فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد|امرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند",
    ),
    "zh": tuple(f"{number}月" for number in (*"一二三四五六七八九十", "十一", "十二")),
}  # fmt: skip
MORE_HALVES: Final[dict[str, tuple[str, str]]] = {
    "ar": ("ص|صباحا|صباحاً", "م|مساء|مساءا|مساءاً"), "bn": ("পূর্বাহ্ণ", "অপরাহ্ণ"), "el": ("πμ|π μ", "μμ|μ μ"),
    "en": ("am|a m|midnight", "pm|p m|noon"),
    "es": ("am|a m", "pm|p m"), "fa": ("ق ظ|قبل از ظهر", "ب ظ|بعد از ظهر|بعدازظهر"), "ga": ("rn|r n", "in|i n"),
    "hu": ("de", "du"), "is": ("fh|f h", "eh|e h"), "ja": ("午前", "午後"), "ko": ("오전", "오후"),
    "lt": ("pr p", "pop"), "nn": ("fm|f m", "em|e m"),
    "sq": ("pd|p d|paradite|e paradites", "md|m d|mbasdite|e pasdites"), "tr": ("öö", "ös"),
    "vi": ("sa|sáng", "ch|chiều"), "zh": ("上午|早上|凌晨|清晨|早晨", "下午"),
}  # fmt: skip
PARTS_OF_DAY: Final[dict[str, tuple[str, str, str, str, str]]] = {
    "ar": ("فجرا", "ظهرا", "بعد الظهر|عصرا", "", "ليلا"), "be": ("раніцы", "", "дня", "вечара", "ночы"),
    "bg": ("сутринта", "на обяд", "следобед", "вечерта", "през нощта"),
    "bn": ("ভোর|সকাল", "দুপুর", "বিকাল|বিকেল", "সন্ধ্যা", "রাত"),
    "ca": ("matí|del matí", "migdia|del migdia", "tarda|de la tarda", "vespre|del vespre", "nit|de la nit"),
    "cs": ("ráno|dopoledne", "v poledne", "odpoledne", "večer", "v noci"),
    "da": ("om morgenen|om formiddagen", "", "om eftermiddagen|eftermiddag", "om aftenen|aften", "om natten"),
    "de": ("morgens|vormittags|früh", "mittags", "nachmittags", "abends", "nachts"),
    "el": ("το πρωί|πρωί", "το μεσημέρι|μεσημέρι", "το απόγευμα|απόγευμα", "το βράδυ|βράδυ", ""),
    "en": ("in the morning|morning", "", "in the afternoon|afternoon", "in the evening|evening", "at night|night"),
    "es": ("de la mañana", "del mediodía", "de la tarde", "", "de la noche"),
    "et": ("hommikul", "", "pärastlõunal", "õhtul", "öösel"), "fa": ("صبح|بامداد", "ظهر", "عصر", "غروب", "شب"),
    "fi": ("aamulla|aamupäivällä", "", "iltapäivällä", "illalla", "yöllä"),
    "fr": ("du matin", "", "de l'après-midi|après-midi", "du soir", ""),
    "he": ("בבוקר|לפנות בוקר", "בצהריים", "אחר הצהריים|אחרי הצהריים|אחה צ", "בערב", "בלילה"),
    "hi": ("सुबह", "दोपहर", "", "शाम", "रात"), "hr": ("ujutro|jutro", "", "popodne|poslije podne", "navečer", "noću"),
    "hu": ("reggel|délelőtt|hajnal", "", "délután", "este", "éjjel"),
    "hy": ("առավոտյան|առավոտվա", "", "ցերեկվա", "երեկոյան", "գիշերվա"), "id": ("pagi", "siang", "sore", "", "malam"),
    "it": ("di mattina|del mattino", "", "di pomeriggio|del pomeriggio", "di sera", "di notte"),
    "ja": ("朝", "昼", "", "夕方", "夜|深夜"),
    "ka": ("დილით|დილის", "", "ნაშუადღევს|შუადღის", "საღამოს", "ღამით|ღამის"),
    "ko": ("아침|새벽", "낮", "", "저녁", "밤"), "lt": ("ryto", "", "popiet", "vakaro", "nakties"),
    "lv": ("no rīta", "", "pēcpusdienā", "vakarā", "naktī"),
    "mk": ("наутро|претпладне", "", "попладне", "навечер", "по полноќ"),
    "mr": ("सकाळी|सकाळ|पहाटे", "दुपारी|दुपार", "", "सायंकाळी|संध्याकाळी", "रात्री"),
    "ms": ("pagi", "tengah hari|tengahari", "petang", "", "malam"),
    "nb": ("om morgenen|om formiddagen", "", "om ettermiddagen|ettermiddag", "om kvelden|kveld", "om natten"),
    "nl": ("'s ochtends|'s morgens|ochtend", "", "'s middags|middag", "'s avonds|avond", "'s nachts"),
    "pl": ("rano|przed południem", "w południe", "po południu", "wieczorem|wieczór", "w nocy"),
    "pt": ("da manhã", "", "da tarde", "da noite", "da madrugada"),
    "ro": ("dimineața", "", "după-amiaza|după-amiază", "seara", "noaptea"), "ru": ("утра", "", "дня", "вечера", "ночи"),
    "sk": ("ráno|dopoludnia", "", "popoludní", "večer", "v noci"),
    "sl": ("zjutraj|dopoldne", "", "popoldne", "zvečer", "ponoči"),
    "sr": ("ујутро|ujutru|пре подне", "", "поподне|po podne", "увече|uveče", "ноћу|noću"),
    "sv": ("på morgonen|på förmiddagen|förmiddag", "", "på eftermiddagen|eftermiddag", "på kvällen|kväll", "på natten"),
    "ta": ("காலை|அதிகாலை|முற்பகல்", "நண்பகல்|மதியம்", "பிற்பகல்", "மாலை", "இரவு"),
    "te": ("ఉదయం", "", "మధ్యాహ్నం", "సాయంత్రం", "రాత్రి"),
    "th": ("ตอนเช้า|เช้า", "เที่ยง", "ตอนบ่าย|บ่าย", "ตอนเย็น|เย็น|ค่ำ", "กลางคืน"),
    "tr": ("sabah", "öğlen|öğle", "öğleden sonra|akşamüstü", "akşam", "gece"),
    "uk": ("ранку", "", "дня", "вечора", "ночі"), "ur": ("صبح", "دوپہر", "سہ پہر", "شام", "رات"),
    "vi": ("buổi sáng", "trưa|buổi trưa", "buổi chiều", "tối|buổi tối", "đêm"),
    "zh": ("", "中午", "", "晚上|傍晚", "半夜|深夜|夜里"),
}  # fmt: skip
"""Morning, noon, afternoon, evening, night, as they stand beside a clock of twelve hours (CLDR and usual wording)."""
STARTS: Final = (0, 10, 12, 15, 18)
"""The hour from which twelve hours are counted that a part of the day says: ``11 at night``, ``2 at night``."""
SKIPPED: Final[dict[str, tuple[str, ...]]] = {"de": ("am", "uhr"), "fr": ("du",), "it": ("del",), "nl": ("op",)}
"""Words that are no more than that: ``um 12:30 am 19. Juli`` is no hour after midnight."""
FEW: Final[dict[str, dict[int, str]]] = {
    "en": {
        1: "a|an|one", 2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight", 9: "nine",
        10: "ten",
    },
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
ABOUT: Final[dict[str, str]] = {
    "en": "about|almost|over|more than|nearly|around|approximately|less than|under",
    "fr": "environ|presque|plus de|moins de", "de": "etwa|ungefähr|über|fast|mehr als|weniger als|ca",
    "es": "alrededor de|cerca de|casi|más de|menos de|aproximadamente",
    "pt": "cerca de|quase|mais de|menos de|aproximadamente", "it": "circa|quasi|più di|meno di",
    "nl": "ongeveer|bijna|meer dan", "ru": "около|примерно|более|почти|менее|больше", "pl": "około|ponad|prawie",
    "zh": "约|約|大约|大約", "ja": "約|およそ", "ko": "약", "sv": "cirka|ungefär|över|nästan", "tr": "yaklaşık",
    "uk": "близько|майже",
}  # fmt: skip
