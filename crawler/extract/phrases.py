"""The words by which pages in many languages invite to share, like, subscribe, follow, read a newsletter or pay."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# Sources: PHP Melody `lang/*.php` (key `confirm_like`), Jetpack's and AddToAny's translations, usual wording of themes.

_ASKS: Final = (
    # whole lines that ask to pass the page on: the confirmation of a like, and headings over share buttons
    "Thanks! Share it with your friends!", "Share it with your friends", "Share with your friends",
    "Share this with your friends", "Share with friends", "Thanks for liking! Share it with your friends",
    "Share this", "Share this post", "Share this article", "Share this story", "Share this video", "Share this page",
    "Share this entry", "Share this content", "Share this news", 
    "Share the post", "Share the article", "Share the video", "Share on social media", 
    "Sharing is caring", "Spread the word", "Spread the love", "Please share", "Please share this",
    "Like it? Share it", "Like this article? Share it", "Enjoyed this? Share it", "Tell your friends", 
    "Like and share", "Like & Share", "Love this? Share it", "Share and enjoy", "Choose your platform",
    "እናመሰግናለን! ለጏደኞች ህ አጋራ!",
    "Obrigado! Mostre para seus amigos!", "Mostre para seus amigos", "Compartilhe com seus amigos",
    "Compartilhe isso", "Compartilhe este artigo", "Compartilhe esta notícia", "Compartilhe este post",
    "Obrigado! Partilhe com os seus amigos!", "Partilhe com os seus amigos", "Partilhar isto", "Partilhe este artigo",
    
    "Hvala! Podijelite s prijateljima!", "Podijelite s prijateljima", "Podijeli s prijateljima", "Podeli sa prijateljima",
    "Поделите са пријатељима", "Podelite sa prijateljima", "Podeli s prijatelji",
    "Tak! del det med dine venner!", "Del det med dine venner", "Del dette", "Del denne artikel", "Del artiklen",
    "Del med dine venner", "Del denne artikkelen", "Del saken", "Takk! Del det med vennene dine!", "Del det med vennene dine",
    "Bedankt! Deel het met je vrienden!", "Deel het met je vrienden", "Deel dit", "Deel dit artikel", "Deel dit bericht",
    "Deel deze video", 
    "سپاس! با دوستان خود به اشتراك بگذاريد!", "با دوستان خود به اشتراک بگذارید", "این مطلب را به اشتراک بگذارید",
    "Kiitos! Jaa se ystäviesi kanssa!", "Jaa se ystäviesi kanssa", "Jaa tämä", "Jaa artikkeli", "Jaa ystäville",
    "Merci ! Partagez avec vos amis !", "Partagez avec vos amis", "Partager cet article", "Partagez cet article",
    "Partager cette vidéo", "Partagez cette vidéo", "Partagez ceci", "Partager avec mes amis", 
    "Danke für die Bewertung! Teile es mit Deinen Freunden!", "Teile es mit Deinen Freunden", "Teile es mit deinen Freunden",
    "Danke! Teile es mit deinen Freunden!", "Teilen mit", "Teile diesen Beitrag", "Diesen Beitrag teilen", "Artikel teilen",
    "Diesen Artikel teilen", "Beitrag teilen", "Seite teilen", "Video teilen", "Teile dies mit", 
    "Diese Seite teilen", 
    "Ευχαριστώ! Μοιραστείτε το με τους φίλους σας!", "Μοιραστείτε το με τους φίλους σας", "Μοιραστείτε το",
    "Μοιραστείτε το άρθρο", 
    "תודה! אתה מוזמן לשתף את הסרטון עם חבריך!", "אתה מוזמן לשתף את הסרטון עם חבריך", "שתפו עם חברים", "שתפו את הכתבה",
    "Grazie! Condividilo con i tuoi amici!", "Condividilo con i tuoi amici", "Condividi con i tuoi amici",
    "Condividi questo articolo", "Condividi l'articolo", 
    "Dziękujemy! Podziel się ze znajomymi!", "Podziel się ze znajomymi", "Podziel się z przyjaciółmi", "Udostępnij znajomym",
    "Udostępnij to", "Udostępnij artykuł", "Podziel się tym", "Podziel się artykułem", "Poleć znajomym",
    
    "Merci de like! Trimite prietenilor tai", "Trimite prietenilor tai", "Trimite prietenilor tăi", "Distribuie prietenilor",
    "Distribuie articolul", "Partajează asta",
    "Спасибо! Поделитесь с друзьями!", "Поделитесь с друзьями", "Поделиться с друзьями", "Поделись с друзьями",
    "Поделиться ссылкой", "Поделиться в соцсетях", "Поделиться новостью", "Поделиться статьей", "Поделитесь статьей",
    "Рассказать друзьям", "Расскажите друзьям", "Поделиться этим", "Понравилась статья? Поделитесь с друзьями",
    "Поділитися з друзями", "Поділіться з друзями", "Поширити це", "Поділитися в соцмережах", "Дякуємо! Поділіться з друзями!",
    "Сподели с приятели", "Сподели с приятелите си", "Споделете с приятели", "Благодаря! Споделете с приятели!",
    "Vďaka! Podeľte sa so svojimi priateľmi!", "Podeľte sa so svojimi priateľmi", "Zdieľať s priateľmi", "Zdieľať článok",
    "Sdílet s přáteli", "Sdílejte s přáteli", "Sdílet článek", "Sdílejte článek", "Sdílejte tento článek", "Díky! Sdílejte s přáteli!",
    "ขอขอบคุณ! แชร์ให้กับเพื่อนๆ คุณได้อีกด้วย!", "แชร์ให้กับเพื่อนๆ คุณได้อีกด้วย", "แชร์ให้เพื่อน", "แบ่งปันสิ่งนี้",
    "Teşekkürler! Arkadaşlarınıza da önerin!", "Arkadaşlarınıza da önerin", "Arkadaşlarınla paylaş", "Bunu paylaş",
    "Bu yazıyı paylaş", "Haberi paylaş", "Sosyal medyada paylaş",
    "¡Gracias! ¡Compártelo con tus amigos!", "Compártelo con tus amigos", "Comparte con tus amigos", "Compartir esto",
    "Comparte esto", "Comparte este artículo", "Compartir este artículo", "Comparte en redes sociales",
    "Compartir noticia", "Me gusta esto",
    "شكرا! شاركها مع أصدقائك!", "شاركها مع أصدقائك", "شارك مع أصدقائك", "شارك هذا الموضوع", "شارك المقال", "معجب بهذه",
    "Tack! Dela den med dina vänner!", "Dela med dina vänner", "Dela den med dina vänner", "Dela detta", "Dela artikeln", "Gilla detta",
    "友達にシェア", "友達と共有する", "この記事をシェアする", "この記事をシェア", "記事をシェア", 
    "친구들과 공유하기", "친구와 공유하세요", "이 글 공유하기", "이것을 공유", "기사 공유하기", 
    "分享给朋友", "分享給朋友", "分享到", "分享给你的朋友", "分享給你的朋友", "分享这篇文章", "分享此文", "分享此文章", "共享此文章",
    "अपने दोस्तों के साथ शेयर करें", "दोस्तों के साथ साझा करें", "इसे शेयर करें", "खबर शेयर करें",
    "Chia sẻ với bạn bè", "Chia sẻ bài viết", 
    "Bagikan ke teman", "Bagikan kepada teman-teman anda", "Bagikan ini", "Bagikan artikel ini", 
    "Oszd meg barátaiddal", "Oszd meg a barátaiddal", "Köszönjük! Oszd meg barátaiddal!", "Oszd meg ezt", "Ossza meg ismerőseivel",
    "Dalinkis su draugais", "Pasidalinkite su draugais", "Ndajeni me miqtë tuaj", "გაუზიარე მეგობრებს",
)

_BARE_ASKS: Final = (
    # these alone are a button's or a menu's label as often as a heading; they count with a colon or in a heading
    "Share", "Sharing", "Share it", "Share on", "Share via", "Share to", "Share this on", "Share this with", "Like this", "Teilen",
    "Teilen auf", "Jetzt teilen", "Gefällt mir", "Partager", "Partagez", "Partager sur", "J’aime ça", "Compartir", "Comparte",
    "Compartir en", "Compartilhe", "Compartilhar", "Partilhar", "Curtir isso", "Gostar disto", "Condividi", "Condividi su", "Mi piace",
    "Delen", "Deel", "Vind ik leuk", "Del", "Dela", "Jaa", "Udostępnij", "Podziel się", "Lubię to", "Поделиться", "Поділитися", "Сподели",
    "Paylaş", "Sdílet", "Sdílejte", "Zdieľať", "Distribuie", "Partajează", "Megosztás", "Oszd meg", "Κοινοποίηση", "Κοινοποιήστε",
    "شارك", "شاركها", "مشاركة", "اشتراک گذاری", "שתף", "שתפו", "共有", "シェア", "シェアする", "いいね", "공유", "공유하기", "分享", "分享至",
    "शेयर करें", "แชร์", "Chia sẻ", "Chia sẻ trên", "Bagikan", "Sebarkan",
)

_COPIES: Final = (
    "Copy link", "Copy url", "Copy the link", "Copy this link", "Copy link to clipboard", "Copy to clipboard", "Copy page link",
    "Copy article link", "Copy short link", "Copy address", "Link kopieren", "Link in die Zwischenablage kopieren", "URL kopieren",
    "Copier le lien", "Copier l’URL", "Copier", "Copiar enlace", "Copiar el enlace", "Copiar link", "Copiar o link", "Copiar ligação",
    "Copia link", "Copia il link", "Copia collegamento", "Kopieer link", "Link kopiëren", "Kopieer de link", "Kopiuj link",
    "Skopiuj link", "Kopiuj adres", "Копировать ссылку", "Скопировать ссылку", "Скопіювати посилання", "Копіювати посилання",
    "Bağlantıyı kopyala", "Linki kopyala", "نسخ الرابط", "انسخ الرابط", "کپی لینک", "کپی کردن لینک", "העתק קישור", "העתקת קישור",
    "リンクをコピー", "リンクをコピーする", "URLをコピー", "URLをコピーする", "링크 복사", "링크 복사하기", "URL 복사", "复制链接", "複製連結", "复制网址",
    "लिंक कॉपी करें", "कॉपी लिंक", "Sao chép liên kết", "Salin tautan", "Salin link", "Kopiera länk", "Kopiér link", "Kopier lenke",
    "Kopier link", "Kopioi linkki", "Kopírovat odkaz", "Zkopírovat odkaz", "Αντιγραφή συνδέσμου", "Copiază linkul", "Link másolása",
)

_INVITATIONS: Final[dict[str, dict[str, str]]] = {
    # kind, language, words: `*` ends a stem, `_` joins the words of a phrase
    "newsletter": {
        "en": "newsletter newsletters mailing_list email_updates email_alerts by_email via_email e-mail_updates daily_briefing",
        "de": "newsletter newsletters rundbrief per_e-mail per_mail", "fr": "newsletter infolettre* lettre_d'information",
        "es": "newsletter boletín boletines", "it": "newsletter", "pt": "newsletter boletim", "nl": "nieuwsbrief nieuwsbrieven",
        "pl": "newsletter* biuletyn*", "ru": "рассылк* новостная_рассылка", "uk": "розсилк*", "tr": "bülten* e-bülten*",
        "ar": "النشرة_البريدية نشرتنا_البريدية القائمة_البريدية", "fa": "خبرنامه*", "he": "ניוזלטר* רשימת_תפוצה",
        "ja": "メールマガジン* メルマガ* ニュースレター*", "ko": "뉴스레터*", "zh": "电子报* 電子報* 邮件订阅* 通讯订阅*", "hi": "न्यूज़लेटर* न्यूजलेटर*",
        "vi": "bản_tin_email nhận_bản_tin", "id": "buletin*", "sv": "nyhetsbrev*", "da": "nyhedsbrev*", "nb": "nyhetsbrev*",
        "fi": "uutiskirje*", "cs": "newsletter* zpravodaj*", "el": "ενημερωτικό_δελτίο newsletter", "ro": "newsletter*", "hu": "hírlevél* hírlevel*",
    },
    "podcast": {
        "en": "podcast podcasts", "de": "podcast podcasts", "es": "pódcast podcast", "ru": "подкаст*", "uk": "подкаст*", "ar": "بودكاست",
        "fa": "پادکست*", "he": "פודקאסט* הסכת*", "ja": "ポッドキャスト*", "ko": "팟캐스트*", "zh": "播客*", "hi": "पॉडकास्ट*", "fi": "podcast*",
    },
    "support": {
        "en": "support_us support_me support_our support_my support_the_channel support_this_channel donate donations donation "
              "become_a_patron become_a_member tip_jar buy_me_a_coffee buy_us_a_coffee make_a_contribution",
        "de": "unterstütz* spende* spenden", "fr": "soutene* soutenir soutiens faire_un_don dons",
        "es": "apóyanos apóyame apoya_* dona donar donaciones", "it": "sostienici sostieni* supportaci dona donazioni donazione",
        "pt": "apoie apoia* doe doar doação doações", "nl": "steun steunen doneer doneren donatie*", "pl": "wesprzyj* wspieraj* wpłać darowizn*",
        "ru": "поддержать поддержите поддержи донат* пожертв*", "uk": "підтримати підтримайте підтримай донат*", "tr": "destekle* destek_ol* bağış*",
        "ar": "ادعمنا ادعم دعمنا تبرع* تبرّع*", "fa": "حمایت* کمک_مالی*", "he": "תמכו* תמיכה תרומה תרמו", "ja": "支援* サポート* 寄付* 応援*",
        "ko": "후원* 기부*", "zh": "支持我们* 支持我們* 赞助* 贊助* 捐款* 捐助* 打赏* 支持*", "hi": "समर्थन* सहयोग* दान*", "vi": "ủng_hộ* quyên_góp*",
        "id": "dukung* donasi*", "sv": "stöd* donera*", "da": "støt* donér* doner*", "nb": "støtt* doner*", "fi": "tue* lahjoita*",
        "cs": "podpořte* podpoř* přispějte*", "el": "υποστηρίξτε* στηρίξτε* δωρεά* δωρεές", "ro": "susține* sustine* donează* doneaza*",
        "hu": "támogass* támogat* adomány*",
    },
    "subscribe": {
        "en": "subscribe subscribing subscription", "de": "abonnier* abo", "fr": "abonne* abonnez* abonner s'abonner abonnement",
        "es": "suscríb* suscrib*", "it": "iscriv* abbonati abbonat* iscrizione", "pt": "inscrev* assine subscrev* inscrição",
        "nl": "abonne* abonneer*", "pl": "subskryb* zasubskryb* prenumer*", "ru": "подпис* подпиш*", "uk": "підпис* підпиш*", "tr": "abone*",
        "ar": "اشترك* اشتركوا الاشتراك", "fa": "مشترک_شو* عضو_شو* سابسکرایب* اشتراک", "he": "הירשמו* הרשמו* להירשם* הרשמה מנוי*",
        "ja": "チャンネル登録* 購読* 登録*", "ko": "구독*", "zh": "订阅* 訂閱*", "hi": "सब्सक्राइब* सदस्यता*", "vi": "đăng_ký* theo_dõi_kênh",
        "id": "berlangganan* langganan* subscribe", "sv": "prenumerera*", "da": "abonner* abonnér*", "nb": "abonner*", "fi": "tilaa*",
        "cs": "odebír* odběr* přihlaste_se_k_odběru předplat*", "el": "εγγραφ* εγγραφείτε* γίνετε_συνδρομητ*", "ro": "abonează* aboneaza* abonați* abonare*",
        "hu": "iratkoz* feliratkoz*",
    },
    "follow": {
        "en": "follow follow_us find_us_on connect_with_us stay_connected join_us_on like_us_on catch_us_on visit_us_on get_social keep_in_touch "
              "join_our stay_in_touch",
        "de": "folge* folgt* folgen besucht_uns", "fr": "suivez* suivre suis* suivez-nous rejoignez* retrouvez*", "es": "síguenos sígueme sigue* seguir seguinos seguidnos",
        "it": "seguici segui* seguimi", "pt": "siga* segue* seguir acompanhe*", "nl": "volg*", "pl": "śledź* obserwuj* zaobserwuj* dołącz* polub*",
        "ru": "следите* следи читайте_нас присоединяйтесь* мы_в* вступайте*", "uk": "стежте* слідкуйте* приєднуйтесь* читайте_нас*", "tr": "takip* bizi_takip*",
        "ar": "تابعنا* تابعونا* تابع* تابعوا*", "fa": "دنبال* ما_را_دنبال*", "he": "עקבו* עקוב*", "ja": "フォロー*", "ko": "팔로우* 팔로우하기*", "zh": "关注* 關注* 追踪* 追蹤* 跟随* 加入我们*",
        "hi": "फॉलो* फ़ॉलो*", "vi": "theo_dõi*", "id": "ikuti*", "sv": "följ*", "da": "følg*", "nb": "følg*", "fi": "seuraa*", "cs": "sledujte* sleduj* sledovat",
        "el": "ακολουθήστε* ακολούθησε* βρείτε_μας*", "ro": "urmărește* urmareste* urmăriți* urmariti*", "hu": "kövess* követ* kövesd*",
    },
    "feed": {"en": "rss rss_feed atom_feed rss-feed", "ru": "rss-лента", "zh": "rss订阅"},
}
_UNSPACED: Final = frozenset("ja zh ko th".split())
"""Languages whose words stand without spaces between them, or take their endings without one."""

_PLATFORM_WORDS: Final = {
    "youtube": "youtube ютуб ютьюб youtube-kanal يوتيوب یوتیوب יוטיוב ユーチューブ 유튜브 油管 यूट्यूब", "facebook": "facebook fb фейсбук* فيسبوك فيس_بوك فیسبوک פייסבוק フェイスブック 페이스북 脸书 臉書 फेसबुक",
    "x": "twitter твиттер* твітер* تويتر توییتر טוויטר ツイッター 트위터 推特 ट्विटर", "instagram": "instagram insta инстаграм* інстаграм* انستغرام انستقرام اینستاگرام אינסטגרם インスタ* 인스타그램 इंस्टाग्राम",
    "telegram": "telegram телеграм* تيليجرام تلغرام تلگرام טלגרם टेलीग्राम", "tiktok": "tiktok тикток* тікток* تيك_توك طיקטוק", "whatsapp": "whatsapp واتساب व्हाट्सएप",
    "linkedin": "linkedin لينكدإن", "pinterest": "pinterest", "threads": "threads", "bluesky": "bluesky", "mastodon": "mastodon", "reddit": "reddit",
    "discord": "discord дискорд*", "twitch": "twitch", "rumble": "rumble", "odysee": "odysee", "vk": "vk вконтакте вк", "ok": "одноклассник*",
    "weibo": "weibo 微博*", "wechat": "wechat 微信*", "line": "line公式* line@", "patreon": "patreon патреон", "kofi": "ko-fi kofi", "buymeacoffee": "buymeacoffee",
    "paypal": "paypal", "boosty": "boosty бусти", "spotify": "spotify", "apple_podcasts": "apple_podcasts itunes", "soundcloud": "soundcloud", "flipboard": "flipboard",
    "googlenews": "google_news", "snapchat": "snapchat سناب_شات", "tumblr": "tumblr", "dzen": "дзен*", "googleplus": "google+", "dailymotion": "dailymotion", "vimeo": "vimeo",
    "github": "github", "medium": "medium.com", "viber": "viber вайбер",
}

_FOLLOWERS: Final = (
    "followers follower subscribers subscriber members fans abonnés abonnenten abonnent suscriptores seguidores inscritos iscritti abbonati volgers "
    "obserwujących subskrybentów подписчик* подписчиков підписник* takipçi* abone مشترك متابع* دنبال‌کننده עוקבים 登録者数 チャンネル登録者 フォロワー* "
    "구독자* 팔로워* 粉丝* 订阅者 訂閱者 位订阅者 सब्सक्राइबर* फॉलोअर* pelanggan pengikut följare følgere seuraajaa odběratel* συνδρομητ* ακόλουθοι abonați urmăritori követő* feliratkozó*"
)

_ONE_LETTER: Final = str.maketrans({"ي": "ی", "ك": "ک", "ى": "ی", "’": "'", "‘": "'", "ʼ": "'", "ё": "е", "\u200c": " ", "\u200d": None,
                                    "\u200e": None, "\u200f": None, "\ufeff": None, "\u00ad": None})
"""Letters that are typed either way, and marks that nobody sees."""

_NOT_WORD: Final = re.compile(r"[\W_]+")


def fold_letters(text: str) -> str:
    """For comparison: compatibility forms, case and look-alike letters folded (Unicode NFKC, casefold)."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text).casefold().translate(_ONE_LETTER))


def fold_phrase(text: str) -> str:
    """The words of a line without case and punctuation; equal lines say the same."""
    return _NOT_WORD.sub(" ", fold_letters(text)).strip()


def _pattern(words: str, *, spaced: bool) -> str:
    alternatives = []
    for word in sorted(words.split(), key=len, reverse=True):
        stem = re.escape(fold_letters(word.rstrip("*").replace("_", " "))).replace(r"\ ", r"\s+")
        end = "" if word.endswith("*") or not spaced else r"(?!\w)"
        alternatives.append(("(?<![\\w])" if spaced else "") + stem + end)
    return "|".join(alternatives)


def _compiled(by_language: dict[str, str]) -> re.Pattern[str]:
    return re.compile("|".join(_pattern(words, spaced=lang not in _UNSPACED) for lang, words in by_language.items()))


_KINDS: Final = {kind: _compiled(by_language) for kind, by_language in _INVITATIONS.items()}
_PLATFORMS: Final = {
    name: re.compile("|".join(_pattern(word, spaced=word.isascii() or word[0] < "\u0700") for word in words.split()))
    for name, words in _PLATFORM_WORDS.items()
}
_PROMPTS: Final = frozenset(map(fold_phrase, _ASKS))
_BARE: Final = frozenset(map(fold_phrase, _BARE_ASKS))
_COPY_LABELS: Final = frozenset(map(fold_phrase, _COPIES))
_FOLLOWER_WORD: Final = re.compile("|".join(_pattern(word, spaced=word.isascii()) for word in _FOLLOWERS.split()))
_LONGEST_PROMPT: Final = max(map(len, _ASKS)) + 20
_MAX_LABEL: Final = 300
"""Longer lines are prose, characters."""
_LONE_LETTER: Final = re.compile(r"(?<!\w)(?:on|auf|sur|en|su|no|op|na|в|på|:|follow|us)\s+x(?!\w)")


def is_prompt(line: str, *, is_heading: bool = False) -> bool:
    """Whether a whole line asks to share or like, in any known language; case and punctuation do not matter.

    :param is_heading: the line is a heading, where a single word (``Share``) is enough; elsewhere it needs a colon
    """
    if not 2 <= len(line) <= _LONGEST_PROMPT:
        return False
    folded = fold_phrase(line)
    return folded in _PROMPTS or (folded in _BARE and (is_heading or line.rstrip().endswith((":", "："))))


def is_copy_label(line: str | None) -> bool:
    """Whether a label offers to copy the page's link."""
    return bool(line) and len(line or "") <= 60 and fold_phrase(line or "") in _COPY_LABELS


def invitation_kind(line: str) -> str | None:
    """The kind of ``subscribes`` that a line's words mean: the more specific word wins; None without such a word."""
    if len(line) > _MAX_LABEL:
        return None
    folded = fold_letters(line)
    return next((kind for kind, pattern in _KINDS.items() if pattern.search(folded)), None)


def platform_named(line: str) -> str | None:
    """The one platform that a line names; None when it names none or several."""
    if len(line) > _MAX_LABEL:
        return None
    folded = fold_letters(line)
    named = {name for name, pattern in _PLATFORMS.items() if pattern.search(folded)}
    if _LONE_LETTER.search(folded):
        named.add("x")
    return named.pop() if len(named) == 1 else None


def is_platform_name(line: str) -> bool:
    """Whether a line is nothing but a platform's name (``Facebook:``)."""
    if len(line) > 40:
        return False
    folded = fold_letters(line).strip(" \t:-–—•·*|")
    return folded == "x" or any(pattern.fullmatch(folded) for pattern in _PLATFORMS.values())


def names_followers(text: str) -> bool:
    """Whether a text speaks of followers or subscribers as a number of people."""
    return len(text) <= _MAX_LABEL and _FOLLOWER_WORD.search(fold_letters(text)) is not None
