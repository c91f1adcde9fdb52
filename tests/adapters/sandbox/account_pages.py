"""An account's own pages as small as they can be: sign-in over OAuth, a cookie, links, one box for notices."""

import hashlib
from urllib.parse import quote

from flask import Flask, Response, make_response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from tests.adapters.sandbox.sandbox_account import APP_ID, Sandbox

BOX = """<!doctype html><title>我的</title><script src="{base}/open/js/jweixin-1.6.0.js"></script>
<p id="said">还没有</p>
<wx-open-subscribe template="S-notice"><template><button>订阅提醒</button></template></wx-open-subscribe>
<script>
const said = document.getElementById("said"), box = document.querySelector("wx-open-subscribe");
box.addEventListener("success", (event) => {{ said.textContent = event.detail.subscribeDetails; }});
wx.error((problem) => {{ said.textContent = problem.errMsg; }});
wx.config({{ appId: "{app_id}", timestamp: 1, nonceStr: "n", signature: "{signature}",
  jsApiList: [], openTagList: ["wx-open-subscribe"] }});
</script>"""


def account_pages(sandbox: Sandbox, sandbox_url: str) -> Flask:
    app = Flask(__name__)

    @app.get("/m/first")
    def first() -> AnyResponse | str:
        openid = request.cookies.get("who")
        if openid:
            return f'<!doctype html><p>你好 {openid}</p><a href="/m/second">第二页</a>'
        target = quote(request.host_url + "m/login", safe="")
        query = f"appid={APP_ID}&redirect_uri={target}&response_type=code&scope=snsapi_base&state=s1"
        return redirect(f"{sandbox_url}/connect/oauth2/authorize?{query}#wechat_redirect")

    @app.get("/m/login")
    def login() -> AnyResponse:
        code = sandbox.world.oauth.redeem("page", request.args["code"])
        response = redirect("/m/first")
        response.set_cookie("who", code.openid, path="/m", httponly=True, samesite="Lax")
        return response

    @app.get("/m/second")
    def second() -> str:
        return "<!doctype html><p>这是第二页</p>"

    @app.get("/m/box")
    def box() -> Response:
        return make_response(BOX.format(base=sandbox_url, app_id=APP_ID, signature=_signed(sandbox)))

    return app


def _signed(sandbox: Sandbox) -> str:
    ticket, _ = sandbox.world.jsapi.current("jsapi")
    text = f"jsapi_ticket={ticket}&noncestr=n&timestamp=1&url={request.url}"
    return hashlib.sha1(text.encode()).hexdigest()
