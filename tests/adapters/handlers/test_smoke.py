from tests.fakes.wechat import Phone


def test_help(line, phone: Phone) -> None:
    assert line.say(phone.text("帮助")).startswith("您可以直接回复")
    print(line.say(phone.text("帮助")))
    print(line.say(phone.text("绑定")))
    print(line.say(phone.text("张三")))
    print(line.say(phone.text("AAAA")))
    print(line.say(phone.text("反馈 食堂]]>晚班")))
    print(line.say(phone.scan("xx")))
    print(line.say(phone.event("unsubscribe")))
