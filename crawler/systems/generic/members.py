"""The fields of a comment in a page's data, by the names that programs give to them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC
from typing import Any, Final

from archive.schema import Comment
from crawler.extract.counts import MAX_COUNT
from crawler.extract.dates import read_time
from crawler.extract.text import clean
from crawler.systems.fields import moment, set_either, set_published, set_removed

Fields = dict[str, Any]
"""An object of the data, its names made alike: ``created_at`` and ``createdAt`` are ``createdat``."""

_PARTING = re.compile(r"[-_$]")


def fields_of(value: Any) -> Fields:
    """The members of an object, with those of the parts that hold its own (JSON:API 1.1, Strapi 4, Contentful)."""
    if not isinstance(value, dict):
        return {}
    fields = {_PARTING.sub("", key).lower(): member for key, member in value.items()}
    for part in ("attributes", "fields", "sys"):
        if isinstance(inner := fields.get(part), dict):
            fields = {_PARTING.sub("", key).lower(): member for key, member in inner.items()} | fields
    return fields


_TEXTS: Final = (
    "body", "text", "content", "message", "comment", "commenttext", "commentbody", "commentcontent", "bodytext",
    "rawtext", "html", "bodyhtml", "contenthtml", "texthtml", "htmlbody", "renderedbody", "fulltext", "displaytext",
    "plaintext", "bodyraw", "rawbody", "textoriginal", "textdisplay", "msg", "contents", "kommentar",
    "inhalt", "nachricht", "texte", "contenu", "commentaire", "texto", "mensaje", "comentario", "contenido", "mensagem",
    "conteudo", "testo", "commento", "contenuto", "messaggio", "tekst", "tresc", "yorum", "metin", "mesaj",
)  # fmt: skip
_TEXTS_WITHIN: Final = (
    "html", "rendered", "processed", "text", "plain", "plaintext", "raw", "body", "content", "value",
)  # fmt: skip
_AUTHORS: Final = (
    "author", "user", "creator", "owner", "commenter", "commentor", "member", "profile", "createdby", "postedby",
    "poster", "account", "from", "writer", "sender", "authorinfo", "userinfo", "commentauthor", "person", "by",
    "autor", "auteur", "autore", "benutzer", "nutzer", "utilisateur", "usuario", "utente", "yazar", "kullanici",
)  # fmt: skip
_NAMES: Final = (
    "displayname", "screenname", "fullname", "name", "nickname", "nick", "username", "userdisplayname", "login",
    "handle",
)  # fmt: skip
_FLAT_NAMES: Final = (
    "authorname", "authordisplayname", "authornickname", "userdisplayname", "displayname", "username", "nickname",
    "commentername", "postername", "creatorname", "membername", "fullname", "name", "nick", "screenname", "login",
    "writername", "nom", "pseudo", "nombre", "nome", "nazwa",
)  # fmt: skip
_TIMES: Final = (
    "dategmt", "createdatgmt", "createdutc", "createdatutc", "createdat", "created", "createtime", "createdtime",
    "creationtime", "createdon", "createddate", "creationdate", "datecreated", "createdtimestamp", "publishedat",
    "published", "publishdate", "publisheddate", "publicationdate", "publishtime", "datepublished", "postedat",
    "posted", "posteddate", "postedon", "postdate", "posttime", "commentedat", "commentdate", "commenttime",
    "submittedat", "submitted", "submitdate", "insertedat", "addedat", "dateadded", "timestamp", "date", "datetime",
    "time", "ctime", "ts", "regdate", "regtime", "writedate", "wdate", "insertdate", "inserttime", "addtime",
    "pubdate", "gmtcreate", "gmtcreated", "erstellt", "erstelltam", "datum", "datecreation", "fecha", "fechacreacion",
    "creadoen", "criadoem", "tarih",
)  # fmt: skip
_EDITS: Final = ("editedat", "lasteditedat", "dateedited", "editeddate", "edited")
_IDS: Final = ("id", "commentid", "uuid", "guid", "pk", "objectid", "cid", "nodeid", "key", "commentno", "no")
_PARENTS: Final = (
    "parentid", "parentcommentid", "parentuuid", "replyto", "replytoid", "replytocommentid", "inreplyto", "inreplytoid",
    "inreplytocommentid", "parentcomment", "parent", "pid", "answerto",
)  # fmt: skip
_REPLY_COUNTS: Final = (
    "replycount", "repliescount", "numreplies", "childcount", "childrencount", "childcommentcount", "totalreplies",
    "replytotal", "responsescount", "subcommentcount", "replynum", "totalreplycount",
)  # fmt: skip
_LIKES: Final = (
    "likecount", "likescount", "likes", "upvotecount", "upvotescount", "upvotes", "thumbsup", "ups", "positivevotes",
    "numlikes", "totallikes", "likenum", "votesup", "score", "points", "votes",
)  # fmt: skip
_DISLIKES: Final = (
    "dislikecount", "dislikescount", "dislikes", "downvotecount", "downvotescount", "downvotes", "thumbsdown", "downs",
    "negativevotes", "votesdown",
)  # fmt: skip
_STATES: Final = ("status", "state", "moderationstatus")
_HELD: Final = frozenset({"pending", "spam", "hold", "held", "hidden", "rejected", "unapproved", "draft", "trash"})
_DATE_CALL = re.compile(r"/Date\((-?[0-9]{1,16})[^)]{0,9}\)/")
"""How serialisers of Microsoft wrote times, in milliseconds since 1970."""


def text_in(fields: Fields) -> str | None:
    """What a comment says; None where it has no text at all."""
    for name in _TEXTS:
        value = fields.get(name)
        value = _first_text(fields_of(value), _TEXTS_WITHIN) if isinstance(value, dict) else value
        if isinstance(value, str) and value.strip():
            return value
    return None


def name_in(fields: Fields) -> str | None:
    """The name of its author."""
    for author in (fields[name] for name in _AUTHORS if name in fields):
        said = author if isinstance(author, str) else _called(fields_of(author))
        if said and said.strip():
            return (clean(said) or "").strip()
    said = _first_text(fields, _FLAT_NAMES)
    return (clean(said) or "").strip() if said else None


def time_in(fields: Fields) -> str | None:
    """When it was posted, as it is written."""
    return _first_time(fields, _TIMES)[1]


def id_in(fields: Fields) -> str | None:
    """Its id."""
    return _first_id(fields, _IDS)


def parent_in(fields: Fields) -> str | None:
    """The id of what it answers, as far as it says: that may be the page."""
    for name in _PARENTS:
        value = fields.get(name)
        if (found := id_in(fields_of(value)) if isinstance(value, dict) else _first_id(fields, (name,))) is not None:
            return found
    return None


def is_removed(fields: Fields) -> bool:
    """Whether it stands for a comment that was removed."""
    flags = ("isdeleted", "deleted", "deletedat", "isremoved", "removed", "removedat")
    return any(fields.get(name) for name in flags) or not {"deleted", "removed"}.isdisjoint(_states(fields))


def is_held(fields: Fields) -> bool:
    """Whether readers are not shown it, because it waits for approval or was refused."""
    if any(fields.get(name) is False for name in ("approved", "isapproved", "published", "ispublished", "visible")):
        return True
    flags = ("hidden", "ishidden", "spam", "isspam", "pending", "ispending")
    return any(fields.get(name) is True for name in flags) or not _HELD.isdisjoint(_states(fields))


def read_comment(
    fields: Fields, *, observed_at: int, language: str | None, link: Callable[[str | None], str | None]
) -> Comment:
    """The comment that an object describes, without its id and that of the one it answers.

    :param observed_at: when the page was fetched, microseconds UTC
    :param language: the page's, BCP 47
    :param link: makes an address of a link as it is written
    """
    comment = Comment(author_name=name_in(fields))
    set_either(comment, text_in(fields) or "")
    name, raw = _first_time(fields, _TIMES)
    zone = UTC if name.endswith(("gmt", "utc")) else None
    set_published(comment, read_time(raw, observed_at=observed_at, language=language, zone=zone))
    who = next((fields_of(fields[name]) for name in _AUTHORS if isinstance(fields.get(name), dict)), {})
    comment.author_id = _first_id(who, (*_IDS, "userid", "uid", "username", "login"))
    comment.author_id = comment.author_id or _first_id(fields, ("authorid", "userid", "creatorid", "memberid"))
    comment.author_url = link(_first_text(who, ("url", "profileurl", "link", "href")))
    comment.edited_at = moment(_first_time(fields, _EDITS)[1], observed_at=observed_at, zone=None)
    flags = (fields.get(name) for name in ("isedited", "edited", "wasedited"))
    is_edited = next((flag for flag in flags if isinstance(flag, bool)), None)
    comment.is_edited = True if comment.edited_at is not None else is_edited
    comment.like_count, comment.dislike_count = count_in(fields, _LIKES), count_in(fields, _DISLIKES)
    comment.reply_count = count_in(fields, _REPLY_COUNTS)
    if is_removed(fields):
        set_removed(comment)
    return comment


def count_in(fields: Fields, names: Iterable[str]) -> int | None:
    """The first whole number under one of some names."""
    values = (fields.get(name) for name in names)
    numbers = (int(value) if isinstance(value, str) and _FIGURES.fullmatch(value) else value for value in values)
    return next((value for value in numbers if type(value) is int and 0 <= value <= MAX_COUNT), None)


_FIGURES: Final = re.compile(r"[0-9]{1,9}")


def _states(fields: Fields) -> set[str]:
    return {value.lower() for name in _STATES if isinstance(value := fields.get(name), str)}


def _called(who: Fields) -> str | None:
    """What somebody is called, by an object or by the one in it: ``author.node``, ``user.profile``, ``author.data``."""
    for own in (who, *(fields_of(who.get(name)) for name in ("profile", "user", "account", "node", "data"))):
        parts = (own.get("firstname"), own.get("lastname"))
        if said := _first_text(own, _NAMES) or " ".join(part for part in parts if isinstance(part, str)):
            return said
    return None


def _first_text(fields: Fields, names: Iterable[str]) -> str | None:
    values = (fields.get(name) for name in names)
    return next((value for value in values if isinstance(value, str) and value.strip()), None)


def _first_id(fields: Fields, names: Iterable[str]) -> str | None:
    for name in names:
        value = fields.get(name)
        value = value.get("$oid") if isinstance(value, dict) else value
        if isinstance(value, str | int) and not isinstance(value, bool) and value not in ("", "0", 0, -1):
            return str(value)
    return None


def _first_time(fields: Fields, names: Iterable[str]) -> tuple[str, str | None]:
    """The first time under one of some names, with that name."""
    for name in names:
        value = fields.get(name)
        if isinstance(value, dict):  # of Firestore, of MongoDB, of PHP
            value = next((value[key] for key in ("_seconds", "seconds", "$date", "iso", "date") if key in value), None)
        if isinstance(value, str) and value.strip():
            call = _DATE_CALL.fullmatch(value.strip())
            return name, call[1] if call is not None else value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return name, f"{value:.6f}".rstrip("0").rstrip(".")
    return "", None
