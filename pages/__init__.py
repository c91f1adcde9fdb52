"""Member pages inside WeChat (/m/…). Empty until issue 2 "Notices" builds their shell."""
