"""Invented people's names, as frequent as in life: surnames by weight, given names by decade."""

from random import Random

from app.members.models import Gender

# Per mille of the population, rounded; the tail keeps the rarer and the two-character surnames alive.
SURNAMES_BY_WEIGHT = {
    72: "李 王",
    68: "张",
    54: "刘",
    45: "陈",
    31: "杨",
    22: "赵 黄 周 吴",
    14: "徐 孙 胡 朱 高 林 何 郭 马",
    8: "罗 梁 宋 郑 谢 韩 唐 冯 于 董 程 曹",
    5: "袁 邓 许 傅 沈 曾 彭 吕 苏 卢 蒋 蔡 贾 丁 魏 薛 叶 阎 余 潘 杜 戴 夏 钟 汪 田 任 姜 范 方 石 姚 谭",
    3: "廖 邹 熊 金 陆 郝 孔 白 崔 康 毛 邱 秦 江 史 顾 侯 邵 孟 龙 万 段 钱 汤 尹 黎 易 常 武 乔 贺 赖 龚 文",
    1: "单 仇 解 查 区 翟 缪 尉迟 欧阳 上官 司马 诸葛 皇甫",
}
SURNAMES = {name: weight for weight, names in SURNAMES_BY_WEIGHT.items() for name in names.split()}

GIVEN: dict[Gender, tuple[tuple[int, str], ...]] = {
    Gender.MALE: (
        (1965, "建国 国强 志强 德明 永福 建军 文革 卫东 援朝 长河 福生 明远 振华 根生 立新 克勤 大成 树林"),
        (1985, "勇 伟 军 涛 斌 强 磊 建波 海峰 志刚 永刚 晓东 国栋 红兵 少华 文斌 鹏飞 立军 新民 春雷"),
        (2100, "浩 宇航 子豪 博文 俊杰 天宇 嘉诚 一鸣 泽宇 明轩 晨曦 子谦 启航 思远 浩然 昊天 亦凡 景行"),
    ),
    Gender.FEMALE: (
        (1965, "秀英 桂兰 玉珍 淑芬 爱华 桂芳 凤英 素琴 月娥 春兰 玉梅 惠珍 翠花 秋菊 雅琴 银环"),
        (1985, "丽 静 敏 艳 娟 霞 红梅 海燕 晓玲 春燕 丽娜 雪梅 文静 慧敏 亚楠 小红 玉洁 佳慧"),
        (2100, "欣怡 梓涵 雨桐 思琪 佳琪 诗涵 梦洁 可馨 若曦 语嫣 一诺 婉清 静怡 紫萱 雅婷 晓彤"),
    ),
}

SYLLABLES: dict[Gender, tuple[str, str]] = {
    Gender.MALE: ("志建国文海明永振立新学宏庆春世光金玉", "强军华平东林峰成民生辉杰伟刚良利安波"),
    Gender.FEMALE: ("秀玉淑晓丽雪春美红艳文佳慧桂素海月冬", "芳兰英梅华珍玲娟萍霞燕琴云敏莉娜洁琳"),
}
COMPOSED_SHARE = 0.45

OF_OTHER_PEOPLES: dict[Gender, tuple[str, ...]] = {
    Gender.MALE: (
        "阿不都热合曼·吐尔逊麦麦提",
        "买买提江·艾则孜",
        "扎西·多吉次仁",
        "巴特尔·苏和巴图",
        "艾力·库尔班江",
        "其米·旺堆",
        "木合塔尔·阿布都克里木",
        "孟和·朝克图",
    ),
    Gender.FEMALE: (
        "古丽巴哈尔·阿不都克里木江",
        "阿依古丽·买买提",
        "卓玛·央金",
        "其其格·乌云",
        "热依汗古丽·吐尔逊",
        "萨仁·高娃",
    ),
}
SHARE_OF_OTHER_PEOPLES = 0.012


def person_name(random: Random, *, gender: Gender, birth_year: int) -> str:
    if random.random() < SHARE_OF_OTHER_PEOPLES:
        return random.choice(OF_OTHER_PEOPLES[gender])
    surname = random.choices(tuple(SURNAMES), weights=tuple(SURNAMES.values()))[0]
    return surname + _given_name(random, gender, birth_year)


def _given_name(random: Random, gender: Gender, birth_year: int) -> str:
    if random.random() < COMPOSED_SHARE:
        return "".join(random.choice(part) for part in SYLLABLES[gender])
    pool = next(given for until, given in GIVEN[gender] if birth_year < until)
    return random.choice(pool.split())
