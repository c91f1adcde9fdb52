"""Marks of secrecy, which must never go through WeChat (facts/domain §8.2). Pure."""

import re
import unicodedata

PATTERNS = (
    # Not the words that only happen to hold the two signs: 拒绝密切…, 随机密码, 计算机密钥, 飞机密集.
    r"绝密(?![切集封码])",
    r"机密(?![码钥封集切度闭布])",
    r"秘密(?=[★☆✩✭*]|级|文件)",
    r"(?<=[【\[(])秘密(?=[】\])])",
    r"[★☆✩✭]秘密",
    r"工作秘密",
    r"内部(?:资料|文件|材料|刊物|使用|参考|传阅)",
    r"(?:不得|严禁|请勿|禁止)(?:外传|外泄|扩散|对外传播)",
    r"仅(?:供|限)内部",
    r"注意保密|妥善保密|阅后(?:即焚|收回|销毁)",
)
_MARKS = re.compile("|".join(PATTERNS))
_GAPS = re.compile(r"[\s\u200b-\u200f\u2060\ufeff\u00ad]+")


def marked(text: str) -> tuple[str, ...]:
    """The marks that a text bears, each once, in their order; spaces between the signs hide nothing."""
    plain = _GAPS.sub("", unicodedata.normalize("NFKC", text))
    return tuple(dict.fromkeys(found.group() for found in _MARKS.finditer(plain)))
