"""What a portal's people copy to show a page of Carnet: the call of its server, and what stands in its page (spec I3).

Frames begin with a one-time code that the portal's server asks for. Portals that run no code of one's own (a web part,
an external site, a wiki's macro) frame a small page of the firm's own server, which asks for it and leads on.
"""

from __future__ import annotations

import html
import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from webapp.api import _l

SECRET = "SECRET"  # noqa: S105 - the place for it
CODE_URL = "URL-FROM-THE-ANSWER"
OWN_PAGE = "https://your-server.example/carnet"
USER = "who.is.signed.in@your-firm.example"
SANDBOX = "allow-scripts allow-forms allow-same-origin allow-popups allow-popups-to-escape-sandbox"
JSON_KIND = "Content-Type: application/json"
FORMS: Mapping[str, tuple[str, Any, bool]] = {
    "html": ("HTML", _l("In a page that the portal's server makes: it puts the answer's url into src."), False),
    "sharepoint": (
        "SharePoint",
        _l(
            "In the web part “Embed”. In Site settings › HTML Field Security, allow the domains of that page and of "
            "Carnet."
        ),
        True,
    ),
    "nextcloud": (
        "Nextcloud",
        _l("In Administration settings › External sites (its app “External sites”), as a new site."),
        True,
    ),
    "liferay": ("Liferay", _l("In the YAML file of an iframe extension, then as a widget of a page."), True),
    "xwiki": ("XWiki", _l("In a page's wiki editor; whoever saves the page needs the right to script."), True),
    "backstage": (
        "Backstage",
        _l("In app-config.yaml, then in packages/app, with the plug-in @roadiehq/backstage-plugin-iframe."),
        True,
    ),
}
"""By portal: its name, where the text goes, and whether a page of the firm's own server leads on to the frame."""


@dataclass(frozen=True, kw_only=True)
class Fragment:
    """A page as a portal is to show it: what its server sends, and the frame's title and first height in pixels.

    `base` is Carnet's own address, `key` the portal's; `names_user` tells that the portal has to say who is signed in.
    """

    base: str
    key: str
    sent: Mapping[str, Any]
    title: str
    height: int
    names_user: bool

    @property
    def body(self) -> dict[str, Any]:
        """What is sent, with the place for who is signed in."""
        return {**self.sent, **({"user": USER} if self.names_user else {})}


def call(fragment: Fragment, name: str = "launch") -> str:
    """The call of the portal's server, for a shell."""
    return " \\\n  ".join(
        (
            f"curl -s {shlex.quote(f'{fragment.base}/api/v1/embed/{name}')}",
            f"-u {fragment.key}:{SECRET}",
            f"-H {shlex.quote(JSON_KIND)}",
            f"-d {shlex.quote(json.dumps(fragment.body, ensure_ascii=False))}",
        )
    )


def own_page(fragment: Fragment) -> str:
    """A page of the firm's own server that asks for a code and leads on, as a WSGI application."""
    return f"""\
import base64, json, os, urllib.request

KEY = "{fragment.key}:" + os.environ["CARNET_PORTAL_SECRET"]
WANTED = {json.dumps(json.dumps(fragment.body, ensure_ascii=False), ensure_ascii=False)}

def application(environ, start_response):
    call = urllib.request.Request("{fragment.base}/api/v1/embed/launch", WANTED.encode(), {{
        "Authorization": "Basic " + base64.b64encode(KEY.encode()).decode(),
        "Content-Type": "application/json"}})
    with urllib.request.urlopen(call, timeout=10) as answer:
        url = json.load(answer)["url"]
    start_response("303 See Other", [("Location", url), ("Cache-Control", "no-store")])
    return [b""]
"""


def text(fragment: Fragment, form: str) -> str:
    """What stands in the portal itself."""
    name = json.dumps(fragment.title, ensure_ascii=False)
    size = f'title="{html.escape(fragment.title)}"\n        width="100%" height="{fragment.height}"'
    own = OWN_PAGE.rpartition("/")[0]
    lines = {
        "html": (f'<iframe src="{CODE_URL}" {size}', f'        sandbox="{SANDBOX}"></iframe>'),
        "sharepoint": (f'<iframe src="{OWN_PAGE}" {size}></iframe>',),
        "nextcloud": (f"Name  {fragment.title}", f"URL   {OWN_PAGE}"),
        "liferay": (
            f"carnet-{fragment.sent['view']}:",
            f"    name: {name}",
            "    type: iframe",
            f"    url: {OWN_PAGE}",
            "    instanceable: true",
        ),
        "xwiki": ('{{html clean="false"}}', f'<iframe src="{OWN_PAGE}" {size}></iframe>', "{{/html}}"),
        "backstage": (
            "# app-config.yaml",
            "iframe:",
            f'  allowList: ["{own.partition("://")[2]}"]',
            "backend:",
            "  csp:",
            f'    frame-src: ["\'self\'", "{own}", "{fragment.base}"]',
            "",
            "// packages/app/src/components/home/HomePage.tsx",
            "import { HomePageIFrameCard } from '@roadiehq/backstage-plugin-iframe';",
            f'<HomePageIFrameCard title={{{name}}} src="{OWN_PAGE}" height="{fragment.height}px" />',
        ),
    }
    return "\n".join(lines[form])


def preflight(base: str, origin: str) -> str:
    """What a browser asks before it fetches a fragment from a page of this origin."""
    return " \\\n  ".join(
        (
            f"curl -si -X OPTIONS {shlex.quote(f'{base}/embed/f/contacts')}",
            f"-H {shlex.quote(f'Origin: {origin}')}",
            "-H 'Access-Control-Request-Method: GET'",
            "-H 'Access-Control-Request-Headers: authorization,hx-request'",
        )
    )
