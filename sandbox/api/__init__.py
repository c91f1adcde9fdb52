"""The platform's own paths, as api.weixin.qq.com serves them."""
