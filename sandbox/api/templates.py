"""Template messages, the account's templates, and subscription notices."""

from sandbox import acts
from sandbox.api.calls import OK, Call, Json, Routes
from sandbox.errors import ApiError
from sandbox.followers import Person
from sandbox.template_messages import Template
from sandbox.world import World

routes = Routes()


@routes.post("/cgi-bin/message/template/send")
def send(world: World, call: Call) -> Json:
    person = world.followers.known(call.text("touser"))
    template = world.templates.known(call.body.get("template_id"))
    client_msg_id = call.text("client_msg_id")
    earlier = world.templates.sent_before(person.openid, client_msg_id)
    if earlier is not None:
        return OK | {"msgid": earlier}
    world.followers.following(person.openid)
    values = template.checked(call.body.get("data"))
    msgid = world.templates.number(person.openid, client_msg_id)
    status = _fate(world, person)
    if status == "success":
        _show(world, call, person, template.lines(values), template)
    push = acts.template_finished(world, person.openid, msgid, status)
    world.pusher.later(push, after_s=world.config.template_finish_ms / 1000)
    return OK | {"msgid": msgid}


def _fate(world: World, person: Person) -> str:
    faults = world.faults.push
    if not person.receives or world.faults.strikes("template.block", faults.template_user_block):
        return "failed:user block"
    if world.faults.strikes("template.system", faults.template_system_failed):
        return "failed: system failed"
    return "success"


def _show(world: World, call: Call, person: Person, lines: list[dict[str, str]], template: Template) -> None:
    mini = call.body.get("miniprogram")
    world.chats.add(
        person.openid,
        "account",
        "template",
        title=template.title,
        lines=lines,
        url=call.text("url") or call.text("page"),
        miniprogram=mini if isinstance(mini, dict) and mini.get("appid") else None,
    )


@routes.get("/cgi-bin/template/get_all_private_template")
def listed(world: World, _call: Call) -> Json:
    return {"template_list": [one.listed() for one in world.templates.definitions.values()]}


@routes.post("/cgi-bin/template/api_add_template")
def add(world: World, call: Call) -> Json:
    made = world.templates.add_from_library(
        call.text("template_id_short"), call.body.get("keyword_name_list")
    )
    return OK | {"template_id": made.template_id}


@routes.post("/cgi-bin/template/del_private_template")
def delete(world: World, call: Call) -> Json:
    template = world.templates.known(call.body.get("template_id"))
    del world.templates.definitions[template.template_id]
    return OK


@routes.post("/cgi-bin/message/subscribe/bizsend")
def bizsend(world: World, call: Call) -> Json:
    person = world.followers.known(call.text("touser"))
    template = world.templates.known(call.body.get("template_id"))
    values = template.checked(call.body.get("data"))
    if not person.receives:
        raise ApiError(43101)
    world.templates.use_consent(person.openid, template.template_id)
    msgid = world.templates.number(person.openid, "")
    _show(world, call, person, template.lines(values), template)
    push = acts.notice_finished(world, person.openid, template.template_id, msgid)
    world.pusher.later(push, after_s=world.config.template_finish_ms / 1000)
    return OK
