"""Who asks: a random name in a cookie, so that one visitor with ten tabs does not fill the class.

It tells visitors apart, also behind a proxy and in a classroom where all have one address. It is no protection against
malice: who sends no cookie is a new visitor each time. For him, as for everybody, `max_kernels` holds.
"""

import re
from contextvars import ContextVar
from secrets import token_hex

COOKIE = "tensor-foundations-visitor"  # until the browser is closed
VISITOR = ContextVar("visitor", default=None)  # whose request is being answered; None if there is none
REQUEST = ContextVar("request", default=None)  # the handler that answers it


def recognise(handler):
    """Notes who sent the request that `handler` answers; a new visitor is given his cookie."""
    name = handler.get_cookie(COOKIE, "")
    if not re.fullmatch("[0-9a-f]{32}", name):
        name = token_hex(16)
        https = "https" in (handler.request.protocol, handler.request.headers.get("X-Forwarded-Proto"))
        handler.set_cookie(COOKIE, name, path=handler.base_url, httponly=True, samesite="Lax", secure=https)
    VISITOR.set(name)
    REQUEST.set(handler)
