"""The bodies of the documented calls."""

from sandbox.pay.fields import Flag, Several, Shape, Text, Time, Url, Whole

NUMBER = r"[0-9A-Za-z_\-*|]+"
REFUND_NUMBER = r"[0-9A-Za-z_\-*|@]+"
CURRENCY = ("CNY",)
ORDER = Shape(
    {
        "appid": Text(32, needed=True),
        "mchid": Text(32, needed=True),
        "description": Text(127, needed=True),
        "out_trade_no": Text(32, needed=True, least=6, pattern=NUMBER),
        "time_expire": Time(),
        "attach": Text(128),
        "notify_url": Url(255, needed=True),
        "goods_tag": Text(32),
        "support_fapiao": Flag(),
        "amount": Shape(
            {"total": Whole(needed=True, least=1), "currency": Text(16, one_of=CURRENCY)}, needed=True
        ),
        "payer": Shape({"openid": Text(128)}),
        "detail": Shape(
            {
                "cost_price": Whole(),
                "invoice_id": Text(32),
                "goods_detail": Several(
                    Shape(
                        {
                            "merchant_goods_id": Text(32, needed=True),
                            "wechatpay_goods_id": Text(32),
                            "goods_name": Text(256),
                            "quantity": Whole(needed=True, least=1),
                            "unit_price": Whole(needed=True),
                        }
                    )
                ),
            }
        ),
        "scene_info": Shape(
            {
                "payer_client_ip": Text(45, needed=True),
                "device_id": Text(32),
                "store_info": Shape(
                    {
                        "id": Text(32, needed=True),
                        "name": Text(256),
                        "area_code": Text(32),
                        "address": Text(512),
                    }
                ),
            }
        ),
        "settle_info": Shape({"profit_sharing": Flag()}),
    }
)
CLOSE = Shape({"mchid": Text(32, needed=True)})
REFUND = Shape(
    {
        "transaction_id": Text(32),
        "out_trade_no": Text(32, pattern=NUMBER),
        "out_refund_no": Text(64, needed=True, pattern=REFUND_NUMBER),
        "reason": Text(80),
        "notify_url": Url(256),
        "funds_account": Text(32, one_of=("AVAILABLE", "UNSETTLED")),
        "amount": Shape(
            {
                "refund": Whole(needed=True, least=1),
                "total": Whole(needed=True, least=1),
                "currency": Text(16, needed=True, one_of=CURRENCY),
                "from": Several(
                    Shape(
                        {
                            "account": Text(
                                32,
                                needed=True,
                                one_of=("AVAILABLE", "UNAVAILABLE"),
                            ),
                            "amount": Whole(needed=True, least=1),
                        }
                    )
                ),
            },
            needed=True,
        ),
        "goods_detail": Several(
            Shape(
                {
                    "merchant_goods_id": Text(32, needed=True),
                    "wechatpay_goods_id": Text(32),
                    "goods_name": Text(256),
                    "unit_price": Whole(needed=True),
                    "refund_amount": Whole(needed=True),
                    "refund_quantity": Whole(needed=True),
                }
            )
        ),
    }
)
ABNORMAL = Shape(
    {
        "out_refund_no": Text(64, needed=True),
        "type": Text(32, needed=True, one_of=("USER_BANK_CARD", "MERCHANT_BANK_CARD")),
        "bank_type": Text(16),
        "bank_account": Text(1024),
        "real_name": Text(1024),
    }
)
