"""WeChat Pay v3 for direct merchants. `model.Payments` works without HTTP and without RSA."""
