"""Notices by subscription, of the account (bizsend) and of the mini-program, and their templates."""

from sandbox import acts
from sandbox.api.calls import EITHER, MINI, OK, Call, Json, Routes
from sandbox.errors import ApiError
from sandbox.outgoing import let_in, listed_if_refused, note, report, show, system_fate
from sandbox.sent import SHOWN
from sandbox.template_library import LIBRARY
from sandbox.template_messages import Template
from sandbox.world import World

routes = Routes()
SUBSCRIPTION, MINI_PROGRAM = "subscription", "mini_program"
STATES = {"developer", "trial", "formal"}
LANGUAGES = {"zh_CN", "en_US", "zh_HK", "zh_TW"}
LONGEST_SCENE = 15
KEYWORDS = range(2, 6)
ONE_TIME, LONG_TERM = 2, 3


@routes.post("/cgi-bin/message/subscribe/bizsend")
def bizsend(world: World, call: Call) -> Json:
    with listed_if_refused(world, call, SUBSCRIPTION):
        person = world.followers.known(call.text("touser"))
        template = world.templates.known(call.body.get("template_id"), SUBSCRIPTION)
        let_in(person)
        values = template.checked(call.body.get("data"))
        if not person.receives:
            raise ApiError(43101)
        world.wallet.spend(person.openid, template.template_id, lasting=template.long_term)
    msgid, fate = world.templates.number(person.openid, ""), system_fate(world)
    if fate == SHOWN:
        show(world, call, person, template, values)
    words = template.in_words(values)
    sent = note(world, call, SUBSCRIPTION, msgid=msgid, fate=fate, title=template.title, text=words)
    push = acts.notice_finished(world, person.openid, template.template_id, msgid, well=fate == SHOWN)
    report(world, call, sent, push)
    return OK


@routes.post("/cgi-bin/message/subscribe/send", needs=MINI)
def send(world: World, call: Call) -> Json:
    """To the openid that the person has in the mini-program. Nothing is reported to the account afterwards."""
    with listed_if_refused(world, call, MINI_PROGRAM):
        person = world.followers.in_mini(call.text("touser"))
        template = world.templates.known(call.body.get("template_id"), MINI_PROGRAM)
        let_in(person)
        _check_page(world, call)
        values = template.checked(call.body.get("data"))
        world.wallet.spend(call.text("touser"), template.template_id, lasting=template.long_term)
    msgid = world.templates.number(person.openid, "")
    page: Json = {"appid": world.config.mini_app_id, "pagepath": call.text("page")}
    call.body["miniprogram"] = page if call.text("page") else None
    show(world, call, person, template, values)
    words = template.in_words(values)
    note(world, call, MINI_PROGRAM, msgid=msgid, fate=SHOWN, title=template.title, text=words)
    return OK | {"msgid": msgid}


def _check_page(world: World, call: Call) -> None:
    pages, page = world.config.mini_pages, call.text("page").partition("?")[0]
    if page.startswith("/") or (pages and page and page not in pages):
        raise ApiError(41030)
    if call.body.get("miniprogram_state", "formal") not in STATES:
        raise ApiError(40097)
    if call.body.get("lang", "zh_CN") not in LANGUAGES:
        raise ApiError(40097)


@routes.get("/wxaapi/newtmpl/gettemplate", needs=EITHER)
def gettemplate(world: World, call: Call) -> Json:
    return OK | {"data": [_listed(one) for one in world.templates.of(_use(world, call))]}


@routes.post("/wxaapi/newtmpl/addtemplate", needs=EITHER)
def addtemplate(world: World, call: Call) -> Json:
    number, chosen = str(call.body.get("tid", "")), call.body.get("kidList")
    if number not in LIBRARY:
        raise ApiError(200014)
    if not call.text("sceneDesc") or len(call.text("sceneDesc")) > LONGEST_SCENE:
        raise ApiError(47001)
    names = list(LIBRARY[number][1])
    if not isinstance(chosen, list) or len(chosen) not in KEYWORDS:
        raise ApiError(200020)
    if any(not isinstance(one, int) or not 1 <= one <= len(names) for one in chosen):
        raise ApiError(200020)
    wanted = [names[one - 1] for one in chosen]
    made = world.templates.add_from_library(number, wanted, _use(world, call))
    return OK | {"priTmplId": made.template_id}


@routes.post("/wxaapi/newtmpl/deltemplate", needs=EITHER)
def deltemplate(world: World, call: Call) -> Json:
    try:
        world.templates.remove(call.body.get("priTmplId"), _use(world, call))
    except ApiError as error:
        raise ApiError(200014) from error
    return OK


def _use(world: World, call: Call) -> str:
    return MINI_PROGRAM if call.app_id == world.config.mini_app_id else SUBSCRIPTION


def _listed(template: Template) -> Json:
    return {
        "priTmplId": template.template_id,
        "title": template.title,
        "content": template.content,
        "example": template.example,
        "type": LONG_TERM if template.long_term else ONE_TIME,
        "keywordEnumValueList": [
            {"keywordCode": f"{name}.DATA", "enumValueList": values}
            for name, values in template.enums.items()
        ],
    }
