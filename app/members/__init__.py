"""The registry, WeChat identities, binding and the roster import."""
