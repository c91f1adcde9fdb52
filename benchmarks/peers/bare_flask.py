"""Flask that answers `success` to anything."""

from flask import Flask

app = Flask(__name__)


@app.post("/wechat/callback")
def callback() -> str:
    return "success"
