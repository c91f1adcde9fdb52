"""/cgi-bin/menu/*."""

import re

from sandbox.api.calls import OK, Call, Json, Routes
from sandbox.errors import ApiError
from sandbox.world import World

routes = Routes()
ESCAPED = re.compile(rb"\\u[0-9a-fA-F]{4}")


def _refuse_escapes(call: Call) -> None:
    if ESCAPED.search(call.raw):
        raise ApiError(40033)


@routes.post("/cgi-bin/menu/create")
def create(world: World, call: Call) -> Json:
    _refuse_escapes(call)
    world.menus.create(call.body)
    return OK


@routes.get("/cgi-bin/menu/get")
def get(world: World, _call: Call) -> Json:
    return world.menus.everything()


@routes.get("/cgi-bin/menu/delete")
def delete(world: World, _call: Call) -> Json:
    world.menus.delete()
    return OK


@routes.post("/cgi-bin/menu/addconditional")
def addconditional(world: World, call: Call) -> Json:
    _refuse_escapes(call)
    return {"menuid": world.menus.add_conditional(call.body)}


@routes.post("/cgi-bin/menu/delconditional")
def delconditional(world: World, call: Call) -> Json:
    world.menus.delete_conditional(str(call.body.get("menuid", "")))
    return OK


@routes.post("/cgi-bin/menu/trymatch")
def trymatch(world: World, call: Call) -> Json:
    person = world.followers.people.get(call.text("user_id"))
    if person is None:
        raise ApiError(40132)
    menu = world.menus.seen_by(person)
    if menu is None:
        raise ApiError(46003)
    return {"button": menu["button"]}


@routes.get("/cgi-bin/get_current_selfmenu_info")
def current(world: World, _call: Call) -> Json:
    try:
        menu = world.menus.everything()["menu"]
    except ApiError:
        return {"is_menu_open": 0, "selfmenu_info": {"button": []}}
    return {"is_menu_open": 1, "selfmenu_info": {"button": [_nested(one) for one in menu["button"]]}}


def _nested(button: Json) -> Json:
    """Here alone the sub-buttons hang in an object called list."""
    subs = button.get("sub_button")
    return {"name": button["name"], "sub_button": {"list": subs}} if subs else button
