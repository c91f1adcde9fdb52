"""Template messages and the account's category templates."""

from sandbox import acts
from sandbox.api.calls import OK, Call, Json, Routes
from sandbox.outgoing import fate_of, let_in, listed_if_refused, note, report, show
from sandbox.sent import SHOWN
from sandbox.world import World

routes = Routes()
TEMPLATE = "template"


@routes.post("/cgi-bin/message/template/send")
def send(world: World, call: Call) -> Json:
    client_msg_id = call.text("client_msg_id")
    with listed_if_refused(world, call, TEMPLATE):
        person = world.followers.known(call.text("touser"))
        template = world.templates.known(call.body.get("template_id"))
        earlier = world.templates.sent_before(person.openid, client_msg_id)
        if earlier is not None:
            world.sent.repeated(earlier)
            return OK | {"msgid": earlier}
        world.followers.following(person.openid)
        let_in(person)
        values = template.checked(call.body.get("data"))
    msgid = world.templates.number(person.openid, client_msg_id)
    fate = fate_of(world, person)
    if fate == SHOWN:
        show(world, call, person, template, values)
    words = template.in_words(values)
    sent = note(world, call, TEMPLATE, msgid=msgid, fate=fate, title=template.title, text=words)
    status = "success" if fate == SHOWN else fate
    report(world, call, sent, acts.template_finished(world, person.openid, msgid, status))
    return OK | {"msgid": msgid}


@routes.get("/cgi-bin/template/get_all_private_template")
def listed(world: World, _call: Call) -> Json:
    return {"template_list": [one.listed() for one in world.templates.of(TEMPLATE)]}


@routes.post("/cgi-bin/template/api_add_template")
def add(world: World, call: Call) -> Json:
    made = world.templates.add_from_library(
        call.text("template_id_short"), call.body.get("keyword_name_list")
    )
    return OK | {"template_id": made.template_id}


@routes.post("/cgi-bin/template/del_private_template")
def delete(world: World, call: Call) -> Json:
    world.templates.remove(call.body.get("template_id"), TEMPLATE)
    return OK
