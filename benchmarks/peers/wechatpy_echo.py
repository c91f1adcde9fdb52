"""The echo of wechatpy's own documentation: verify, decrypt, parse, reply, encrypt; nothing kept."""

import os

from flask import Flask, abort, request
from wechatpy import create_reply, parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidAppIdException, InvalidSignatureException
from wechatpy.utils import check_signature

TOKEN = os.environ["ZHIBU_WECHAT__TOKEN"]
CRYPTO = WeChatCrypto(TOKEN, os.environ["ZHIBU_WECHAT__ENCODING_AES_KEY"], os.environ["ZHIBU_WECHAT__APP_ID"])

app = Flask(__name__)


@app.post("/wechat/callback")
def callback() -> str:
    timestamp, nonce = request.args.get("timestamp", ""), request.args.get("nonce", "")
    if request.args.get("encrypt_type") != "aes":
        check_signature(TOKEN, request.args.get("signature", ""), timestamp, nonce)
        return str(_reply(parse_message(request.data)))
    try:
        clear = CRYPTO.decrypt_message(request.data, request.args["msg_signature"], timestamp, nonce)
    except (InvalidSignatureException, InvalidAppIdException):
        abort(403)
    return str(CRYPTO.encrypt_message(_reply(parse_message(clear)), nonce, timestamp))


def _reply(message: object) -> str:
    text = getattr(message, "content", None) or getattr(message, "scene_id", "")
    return str(create_reply(text, message).render())
