"""The least that the hub's own server can do: `python -m bench.bare_server PORT` reads each body and answers 200."""

import sys
from typing import Any

from centrala.server import Listen, serve


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:  # as ASGI has them
    if scope["type"] == "lifespan":
        while True:
            asked = (await receive())["type"]
            await send({"type": f"{asked}.complete"})
            if asked == "lifespan.shutdown":
                return
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body"})


if __name__ == "__main__":
    listen = Listen(host="127.0.0.1", port=int(sys.argv[1]))
    serve(app, listens=[listen], trusted="", before_start=lambda: None, before_stop=lambda: None)
