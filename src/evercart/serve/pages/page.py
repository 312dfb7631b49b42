"""Page: what every page of the service shares."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from evercart.errors import UserError, expected
from evercart.serve.body import Gone, received
from evercart.serve.caller import Caller
from evercart.serve.front import OURS, fault
from evercart.serve.looking.cases import about_payments
from evercart.serve.pages import static, text
from evercart.serve.pages.entrance import csrf_of, page_caller, require_csrf, wants_key
from evercart.serve.pages.kept import per_service
from evercart.serve.pages.language import COOKIE, Words, choose, languages
from evercart.serve.problem import NoSuchForm, NotAllowed, Problem, Unknown, WhoAreYou

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from evercart.serve.service import Service

_HERE: Final = Path(__file__).parent / "templates"
_LOG: Final = logging.getLogger("evercart.serve")
_FORM: Final = "application/x-www-form-urlencoded"
_MOST_FIELDS: Final = 500
CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " connect-src 'self'; font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS: Final = {
    "content-security-policy": CSP,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
}


def _has_cases(service: Service) -> bool:
    """Return whether any app is asked before payments, which reviewers look at."""
    return any(about_payments(app) for app in service.shop.apps)


_reviews: Final = per_service(_has_cases)


@dataclass(frozen=True)
class Visit:
    """A request for a page.

    caller    who asks
    words     in whose language
    form      what was sent with POST; its `csrf` was checked
    """

    service: Service
    request: Request
    caller: Caller
    words: Words
    form: Mapping[str, str] = field(default_factory=dict)

    @property
    def time_zone(self) -> str:
        """Return the zone in which the shop's times are shown."""
        return self.service.shop.config.time_zone

    def asked(self, name: str, otherwise: str = "") -> str:
        """Return a parameter of the address."""
        return self.request.query_params.get(name, otherwise)

    def may(self, scope: str) -> bool:
        """Return whether the caller has a scope."""
        return scope in self.caller.scopes

    async def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """Return a page made from a template; names in values are escaped there."""
        body = await run_in_threadpool(self.rendered, template, **values)
        response = HTMLResponse(body, status, HEADERS)
        if self.asked("lang") == self.words.code:
            response.set_cookie(COOKIE, self.words.code, 31_536_000, samesite="lax", httponly=True)
        return response

    def rendered(self, template: str, **values: Any) -> str:
        """Return the HTML of a page."""
        said = self.asked("said")
        frame = {
            "t": self.words,
            "languages": languages().values(),
            "shop": self.service.shop.config.name,
            "shop_folder": str(self.service.shop.folder),
            "apps": app_names(self.service),
            "reviews": _reviews(self.service),
            "caller": self.caller,
            "keyed": wants_key(self.service),
            "may": self.may,
            "csrf": csrf_of(self.service, self.request),
            "path": self.request.url.path,
            "here": self.here,
            "said": self.words.get(f"said.{said}", "") if said else "",
            "static": static.address,
            "when": lambda us: text.when(us, self.time_zone),
            "iso": lambda us: text.moment(us, self.time_zone).isoformat(timespec="seconds"),
            "age": lambda us: text.age(us, self.words),
            "time_zone": self.time_zone,
        }
        return templates().get_template(template).render(frame | values)

    def here(self, **changed: str) -> str:
        """Return this very address with some parameters changed."""
        told = {name: value for name, value in self.request.query_params.items() if name != "said"} | changed
        return self.request.url.path + (f"?{urlencode(told)}" if told else "")

    def go(self, path: str, said: str = "") -> Response:
        """Send the browser to a page of ours; `said` names the words that it is greeted with."""
        sign = "&" if "?" in path else "?"
        return RedirectResponse(f"{path}{sign}said={quote(said)}" if said else path, 303, HEADERS)


Handler = Callable[[Visit], Awaitable[Response]]


@dataclass(frozen=True)
class Page:
    """One address that people open.

    scope      that a caller needs; "" for everybody
    handler    returns what `Visit.page` or `Visit.go` made; raises `Problem` or `UserError`
    """

    method: str
    path: str
    scope: str
    handler: Handler

    def route(self, service: Service) -> Route:
        """Return it as Starlette has it."""

        async def answer(request: Request) -> Response:
            return await _answered(service, request, self)

        return Route(self.path, answer, methods=[self.method])


async def _answered(service: Service, request: Request, page: Page) -> Response:
    caller = page_caller(service, request)
    words = words_of(request)
    try:
        form = await _form(service, request) if page.method == "POST" else {}
        if page.scope and page.scope not in caller.scopes:
            if not caller.name and page.method == "GET":
                there = quote(request.url.path + (f"?{request.url.query}" if request.url.query else ""))
                return RedirectResponse(f"/login?next={there}", 303, HEADERS)
            refused = NotAllowed if caller.name else WhoAreYou
            raise refused(expected("key", f"one with the scope {page.scope}", caller.name or "none"))
        return await page.handler(Visit(service, request, caller, words, form))
    except (Gone, KeyboardInterrupt):
        raise
    except Exception as error:
        return await fault_page(Visit(service, request, caller, words), error)


def words_of(request: Request) -> Words:
    """Return the language of a request."""
    accepted = request.headers.get("accept-language", "")
    return choose(request.query_params.get("lang"), request.cookies.get(COOKIE), accepted)


async def _form(service: Service, request: Request) -> dict[str, str]:
    """Return the fields of a form whose `csrf` is right; of one that comes twice, the last."""
    kind, body = await received(request.scope, request.receive, service.settings)
    if kind != _FORM:
        raise NoSuchForm(expected("content-type", _FORM, kind or "none"))
    try:
        form = dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        raise Problem(expected("form", f"at most {_MOST_FIELDS} fields in UTF-8", "others")) from None
    require_csrf(service, request, form.pop("csrf", ""))
    return form


async def fault_page(visit: Visit, error: Exception) -> Response:
    """Return the page that says what went wrong."""
    number = str(visit.request.scope.get("request_id", ""))
    status, said = (getattr(error, "status", 400), str(error)) if isinstance(error, UserError) else (500, OURS)
    if status == 500:
        _LOG.error("request %s", number, exc_info=error)
    return await visit.page("fault.html.j2", status, code=status, error=said, number=number)


def lost(service: Service) -> ASGIApp:
    """Return what answers where there is nothing: a page to people, JSON to programs."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        error = Unknown(expected("address", "one of the service's", request.url.path))
        if "text/html" in request.headers.get("accept", ""):
            visit = Visit(service, request, page_caller(service, request), words_of(request))
            await (await fault_page(visit, error))(scope, receive, send)
        else:
            await fault(error, str(scope.get("request_id", ""))).send(send)

    return answer


def app_names(service: Service) -> list[str]:
    """Return the names of the shop's apps."""
    shop = service.shop
    return [one.name for one in shop.given] if shop.given else list(shop.config.apps)


@cache
def templates() -> Environment:
    """Return what makes pages: everything is escaped, a name that is not given is an error."""
    made = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.filters |= {"number": text.number, "count": text.count, "percent": text.percent, "rate": text.rate}
    made.filters |= {"size": text.size, "small": text.small, "short": lambda address: str(address)[:12]}
    return made
