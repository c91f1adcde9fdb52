"""The least that the environment must say for the product to start."""

MINIMUM = {
    "ZHIBU_WECHAT__APP_ID": "wx1234567890abcdef",
    "ZHIBU_WECHAT__APP_SECRET": "hidden-app-secret",
    "ZHIBU_WECHAT__TOKEN": "hidden-token",
    "ZHIBU_WECHAT__ENCODING_AES_KEY": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
    "ZHIBU_DATABASE__URL": "sqlite:////nowhere/zhibu.db",
    "ZHIBU_SECURITY__SECRET_KEY": "hidden-secret-key-of-forty-characters-00",
    "ZHIBU_SECURITY__FIELD_KEYS": "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
}
