"""What stands in the form of something to study."""

from dataclasses import dataclass

from flask import request

from app.study.library.content import Content
from app.study.library.models import ItemKind, Rights, StudyReach, StudyVersion
from console import fields, markup

ROOM = 1000
"""More than any line takes: too much is said, not cut."""
BODY_LENGTH = 100_000
APART = str.maketrans("，、；,;", "     ")
ABOUT_KINDS = (
    (ItemKind.ARTICLE, "在这里写全文，例如本单位的学习体会、辅导材料、党课讲稿。"),
    (ItemKind.DOCUMENT, "党内法规、公开文件：登全文，或者上传文件，也可以附官方网址。"),
    (ItemKind.HANDOUT, "讲课用的课件、提纲：上传文件，可以附文字说明。"),
    (ItemKind.VIDEO, "别处的视频：这里只放网址和摘要，不存视频。"),
    (ItemKind.LINK, "别处的文章：这里只放网址和摘要，不转载全文。新闻报道请用这一类。"),
)
ABOUT_RIGHTS = (
    (Rights.OWN_WORK, "本单位自己写的。"),
    (Rights.REGULATION, "党内法规、法律、公开发布的文件，可以登全文。"),
    (Rights.PERMITTED, "别人的作品，已经同意在这里登；请写明谁在哪天同意的。"),
    (Rights.LINKED, "别人的作品，没有授权：只放标题、摘要和网址。"),
)
ABOUT_REACHES = (
    (StudyReach.EVERYBODY, "集团所有单位的党员都能看到。"),
    (StudyReach.BELOW, "这个组织和它所有下级组织的党员能看到。"),
    (StudyReach.OWN, "只有直接编在这个组织的党员能看到。"),
)
WITHOUT_BODY = frozenset({ItemKind.LINK})
WITHOUT_ADDRESS = frozenset({ItemKind.ARTICLE, ItemKind.HANDOUT})


@dataclass(frozen=True)
class Place:
    """What of an item is settled when it is begun."""

    organization: int | None = None
    column: int | None = None
    kind: ItemKind | None = None
    reach: StudyReach | None = StudyReach.EVERYBODY

    @classmethod
    def asked(cls) -> "Place":
        """From the address or from the form."""
        reach = fields.choice("reach", StudyReach)
        return cls(
            fields.number("organization"),
            fields.number("column"),
            fields.choice("kind", ItemKind),
            reach if request.method == "POST" else reach or StudyReach.EVERYBODY,
        )


@dataclass(frozen=True)
class TypedItem:
    """Of a new item, of a kept version, or what was sent and refused."""

    title: str = ""
    summary: str = ""
    body: str = ""
    url: str = ""
    source_name: str = ""
    source_url: str = ""
    rights: Rights | None = None
    rights_note: str = ""
    tags: str = ""
    revision: int = 0

    @classmethod
    def of(cls, kept: StudyVersion, tags: list[str]) -> "TypedItem":
        return cls(
            title=kept.title,
            summary=kept.summary,
            body=markup.to_text(kept.body),
            url=kept.url,
            source_name=kept.source_name,
            source_url=kept.source_url,
            rights=kept.rights,
            rights_note=kept.rights_note,
            tags="，".join(tags),
            revision=kept.revision,
        )

    @classmethod
    def sent(cls) -> "TypedItem":
        return cls(
            title=fields.line("title", most=ROOM),
            summary=fields.line("summary", most=ROOM),
            body=fields.body("body", most=BODY_LENGTH),
            url=fields.line("url", most=ROOM),
            source_name=fields.line("source_name", most=ROOM),
            source_url=fields.line("source_url", most=ROOM),
            rights=fields.choice("rights", Rights),
            rights_note=fields.line("rights_note", most=ROOM),
            tags=fields.line("tags", most=ROOM),
            revision=fields.number("revision") or 0,
        )

    def faults(self) -> dict[str, str]:
        """What the domain would not know of, by field."""
        missing = {} if self.rights else {"rights": "请选择凭什么可以登在这里。"}
        over = len(self.body) > BODY_LENGTH
        return missing | ({"body": f"正文太长了，最多 {BODY_LENGTH:,} 个字。"} if over else {})

    def content(self) -> Content:
        return Content(
            title=self.title,
            source_name=self.source_name,
            rights=self.rights or Rights.LINKED,
            body=markup.to_html(self.body),
            summary=self.summary,
            url=self.url,
            source_url=self.source_url,
            rights_note=self.rights_note,
            tags=self._tags(),
        )

    def _tags(self) -> tuple[str, ...]:
        return tuple(self.tags.translate(APART).split())
