"""What a file's bytes say before it is parsed: the prefilter, and the words that rules ask for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, cached_property

from sparkfix.spark.flags import FLAG_OF
from sparkfix.spark.resources import belongs_to_resource, spellings

__all__ = ["Words", "words_in"]

_PROPERTY = re.compile(
    rb"spark(?:\.[A-Za-z][^\s=:\"']*(?:[\"']?[ \t]*(?:[:=]|\r?$)|[ \t]+\S|\\n|[\"']\]?[ \t]*(?:[,)=]|->))"
    rb"|[23]?-(?:submit|class|shell|sql)|R?[ \t]+--?[a-z])",
    re.MULTILINE,
)
_NESTED = re.compile(rb"(?i)spark[\w.\-]*:[ \t]*(?:#[^\n]*)?\r?\n(?:[ \t]*(?:#[^\n]*)?\r?\n)*[ \t]+spark:[ \t]*\r?\n")
# The last line of it, which begins with fixed letters and so is quick to look for.
_INNER = re.compile(rb"\n[ \t]+(?i:spark):[ \t]*\r?\n")
_SERVERS = (
    b"start-connect-server", b"SparkConnect", b"start-history-server", b"start-thriftserver", b"sbin/start-",
    b"spark-daemon.sh", b"sparkConf:",
)  # fmt: skip
# What shows a daemon of a standalone cluster, in a file that says `spark` besides.
_DAEMONS = (
    b"start-master.sh",
    b"start-worker.sh",
    b"start-slave.sh",
    b"SPARK_MODE",
    b"/spark-master",
    b"/spark-worker",
)
# Where a program begins to configure Spark, also with names that hold no key.
_BUILDERS = (b"Session.builder", b"SparkConf(")
_FLAGS = {key.encode(): flag.encode() for key, flag in FLAG_OF.items()}
_BASE64 = (b"c3Bhcm", b"NwYXJr", b"zcGFya")
_NAME = re.compile(rb"spark[\w.\-]*")
_START = b"start-"


@cache
def _part_of(word: bytes) -> bytes:
    """A shorter word, without which a word is nowhere: asked for first, as several words have it in common."""
    name = _NAME.search(word)
    return name[0] if name else _START if _START in word else word.strip() or word


@dataclass(frozen=True)
class Words:
    """The bytes of a file without what UTF-16 puts between them, to look for words in; each is looked for once."""

    data: bytes
    _found: dict[bytes, bool] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def spark(self) -> bool:
        """The byte prefilter: may the file set a Spark property or launch Spark?

        Prose that names a property passes, too; a file that does not pass holds nothing that sparkfix knows.
        """
        data = self.data
        if b"park" not in data:  # most files
            return (_START in data and self._holds(_SERVERS)) or self._in_base64
        if b"spark" in data and (_PROPERTY.search(data) or self._nested or self._holds((*_DAEMONS, *_BUILDERS))):
            return True
        return self._in_resource or self._holds(_SERVERS) or self._in_base64

    def may_say(self, words: Iterable[bytes]) -> bool:
        """Does the file hold one of these words, or spell its properties so that no word can be found?

        A property may also stand there as an option of spark-submit.
        """
        return self._holds(words) or self._nested or self._in_base64

    def speaks_of(self, words: Iterable[bytes]) -> bool:
        """May it say one of these words, or hold a field of a custom resource that becomes a property with one of them?"""
        return self.may_say(words) or (self._in_resource and self.may_say(spellings(tuple(sorted(words)))))

    def _holds(self, words: Iterable[bytes]) -> bool:
        return any(map(self._holds_one, words))

    def _holds_one(self, word: bytes) -> bool:
        found = self._found.get(word)
        if found is None:
            part = _part_of(word)
            if part == word:
                found = word in (self._names if word.startswith(b"spark") else self.data)
            else:
                found = self._holds_one(part) and word in self.data
            if not found and word in _FLAGS:
                found = _FLAGS[word] in self.data
            self._found[word] = found
        return found

    @cached_property
    def _names(self) -> bytes:
        """All that begins with `spark` and goes on as names do: little to look for names in."""
        return b"\n".join(_NAME.findall(self.data))

    @cached_property
    def _in_resource(self) -> bool:
        return belongs_to_resource(self.data)

    @cached_property
    def _nested(self) -> bool:
        """May nested maps spell properties?"""
        return b"spark:" in self.data and bool(_INNER.search(self.data) and _NESTED.search(self.data))

    @cached_property
    def _in_base64(self) -> bool:
        return b"Secret" in self.data and any(word in self.data for word in _BASE64)


def words_in(data: bytes) -> Words:
    """The words of a file in UTF-8 or UTF-16."""
    return Words(data.replace(b"\0", b"") if data[:2] in (b"\xff\xfe", b"\xfe\xff") else data)
