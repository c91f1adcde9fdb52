"""The web application for an ASGI server: `granian --interface asgi app.asgi:app`."""

import gc

from app.main import create_server

app = create_server()
gc.collect()
gc.freeze()  # what lives as long as the process need not be looked through again
