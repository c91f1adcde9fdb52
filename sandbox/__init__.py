"""A stand-in for WeChat's Official Account servers, with a phone in the browser."""
