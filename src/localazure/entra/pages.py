"""The pages on which people sign in."""

from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from importlib.resources import files
from urllib.parse import parse_qsl, urlencode, urlsplit

from localazure.entra import codes, devices
from localazure.entra.clients import client_of
from localazure.entra.codes import Request
from localazure.entra.discovery import tenant
from localazure.errors import ServiceError
from localazure.pipeline import Call, Reply
from localazure.portal.language import COOKIE, LANGUAGES, preferred
from localazure.portal.pages import HEADERS, environment
from localazure.world import World


def authorize(world: World, call: Call) -> Reply:
    """Asks for user name and password, and sends the browser back to the client with a code, or with why not."""
    home = tenant(world, call.params["tenant"])
    query = _query(call)
    try:
        asked = codes.request(world, home, query)
    except ServiceError as error:
        return _page(call, "message.html", {"failure": error.message})
    try:
        codes.check(world, home, asked)
    except ServiceError as error:
        return _back(call, asked, {"error": error.code, "error_description": error.message})
    return _signed_in(world, call, asked) if call.method == "POST" else _asking(call, asked, "")


def device(world: World, call: Call) -> Reply:
    """First the code that the device shows, then the person."""
    form = _form(call)
    code = form.get("code") or _query(call).get("otc", "")
    if not code:
        return _page(call, "device.html", {"failure": "", "code": ""})
    try:
        waiting = devices.waiting_for(world, code)
    except ServiceError as error:
        return _page(call, "device.html", {"failure": error.message, "code": code})
    client = client_of(world, world.tenants.all()[0], waiting.grant.client_id)
    values = {"client": client.name, "code": waiting.user_code, "user_name": form.get("username", "")}
    if form.get("act") == "cancel":
        devices.decline(world, waiting)
        return _page(call, "message.html", {"failure": "", "declined": True, "client": client.name})
    if "username" not in form:
        return _page(call, "sign_in.html", values | {"failure": ""})
    try:
        devices.approve(world, waiting, codes.sign_in(world, form["username"], form.get("password", "")))
    except ServiceError as error:
        return _page(call, "sign_in.html", values | {"failure": error.message})
    return _page(call, "message.html", {"failure": "", "declined": False, "client": client.name})


def logout(world: World, call: Call) -> Reply:
    """Nobody stays signed in here: each request asks for the password. A client's own address is not followed."""
    tenant(world, call.params["tenant"])
    return _page(call, "message.html", {"failure": "", "signed_out": True})


def style(world: World, call: Call) -> Reply:
    return _file("entra/signin.css", "text/css; charset=utf-8")


def icon(world: World, call: Call) -> Reply:
    return _file("icon.svg", "image/svg+xml")


def script(world: World, call: Call) -> Reply:
    return _file("entra/continue.js", "text/javascript; charset=utf-8")


def _file(name: str, kind: str) -> Reply:
    content = files("localazure").joinpath("static", name).read_bytes()
    headers = {"content-type": kind, "cache-control": "no-cache", "x-content-type-options": "nosniff"}
    return Reply(body=content, headers=headers)


def _asking(call: Call, asked: Request, failure: str, user_name: str = "") -> Reply:
    values = {
        "client": asked.client.name,
        "code": "",
        "failure": failure,
        "user_name": user_name or asked.fields.get("login_hint", ""),
    }
    return _page(call, "sign_in.html", values, form_to=asked.redirect_uri)


def _signed_in(world: World, call: Call, asked: Request) -> Reply:
    form = _form(call)
    if form.get("act") == "cancel":
        told = {"error": "access_denied", "error_description": "AADSTS65004: The person declined to sign in."}
        return _back(call, asked, told)
    try:
        person = codes.sign_in(world, form.get("username", ""), form.get("password", ""))
    except ServiceError as error:
        return _asking(call, asked, error.message, form.get("username", ""))
    return _back(call, asked, {"code": codes.issue(world, asked, person)})


def _back(call: Call, asked: Request, values: Mapping[str, str]) -> Reply:
    told = {**values, **({"state": asked.state} if asked.state else {})}
    if asked.mode == "form_post":
        return _page(
            call, "form_post.html", {"address": asked.redirect_uri, "values": told}, form_to=asked.redirect_uri
        )
    joint = "#" if asked.mode == "fragment" else "&" if "?" in asked.redirect_uri else "?"
    address = f"{asked.redirect_uri}{joint}{urlencode(told)}"
    return Reply(
        status=302, headers={"location": address, "cache-control": "no-store", "referrer-policy": "no-referrer"}
    )


def _page(call: Call, template: str, values: Mapping[str, object], form_to: str = "") -> Reply:
    """Status 200 whatever it says, as Entra's pages have it. `form_to`: where the form may lead in the end."""
    language = _language(call)
    links = {code: f"?{urlencode(_query(call) | {'mkt': code})}" for code in LANGUAGES}
    html = (
        environment(language)
        .get_template(f"entra/{template}")
        .render(
            {"declined": False, "signed_out": False, "client": ""} | dict(values),
            language=language,
            languages=LANGUAGES,
            links=links,
            here=f"?{urlencode(_query(call))}",
        )
    )
    policy = HEADERS["Content-Security-Policy"].replace("form-action 'self'", f"form-action 'self' {_origin(form_to)}")
    headers = HEADERS | {"Content-Security-Policy": policy, "content-type": "text/html; charset=utf-8"}
    return Reply(body=html.encode("utf-8", "replace"), headers={name.lower(): text for name, text in headers.items()})


def _origin(address: str) -> str:
    """As a policy names it; the address was registered, yet it must not add a directive of its own."""
    parts = urlsplit(address)
    origin = f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
    return origin if all(sign.isalnum() or sign in ":/.-[]" for sign in origin) else ""


def _language(call: Call) -> str:
    """The address's `mkt`, as Entra has it, else the portal's choice, else what the browser asks for."""
    wanted = _query(call).get("mkt", "")[:2].lower()
    try:
        chosen = SimpleCookie(call.headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        chosen = None
    for one in (wanted, chosen.value if chosen else ""):
        if one in LANGUAGES:
            return one
    return preferred(call.headers.get("accept-language", ""))


def _query(call: Call) -> dict[str, str]:
    return dict(parse_qsl(call.target.partition("?")[2]))


def _form(call: Call) -> dict[str, str]:
    return dict(parse_qsl(call.body.decode("utf-8", "replace"))) if call.method == "POST" else {}
