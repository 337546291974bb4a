"""What Carnet writes to its users, in their language: plain text, and the same as HTML for mail programs."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask_babel import force_locale
from markupsafe import Markup, escape

from webapp.accounts.models import User
from webapp.i18n import _, get_locale

# Mail programs load no style sheet: a letter is the one thing with styles of its own (values of tokens.css).
STYLE = Markup(
    "body{margin:0;padding:24px 12px;background:#f1f4f2;color:#15201c;"
    "font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,Arial,sans-serif}"
    ".m-sheet{max-width:560px;margin:0 auto;padding:28px;background:#fff;border:1px solid #e4e9e6;border-radius:10px}"
    "h1{margin:0 0 16px;font-size:21px;line-height:1.3}p{margin:0 0 16px}a{color:#0b5d4c}"
    ".m-btn{display:inline-block;padding:12px 20px;background:#0e6b58;border-radius:6px;color:#fff;font-weight:600;"
    "text-decoration:none}.m-link{word-break:break-all;color:#5f6b66;font-size:13px}"
    ".m-from{margin:0 0 24px;padding-bottom:16px;border-bottom:1px solid #e4e9e6;font-weight:600}"
    ".m-from span{display:block}.m-from span,.m-small,.m-sum dt{color:#5f6b66;font-size:13px;font-weight:400}"
    ".m-sum{margin:0 0 24px;padding:16px;background:#f8f9f8;border:1px solid #e4e9e6;border-radius:6px}"
    ".m-sum div{margin:0 0 10px}.m-sum div:last-child{margin:0}.m-sum dd{margin:0;font-weight:600}"
    ".m-foot{max-width:560px;margin:16px auto 0;padding:0 28px}"
    "@media (max-width:480px){.m-sheet{padding:20px 16px}.m-foot{padding:0 16px}"
    ".m-btn{display:block;text-align:center}}"
    "@media (prefers-color-scheme:dark){body{background:#0d1110;color:#e7eeeb}"
    ".m-sheet{background:#181d1b;border-color:#29312e}.m-link{color:#94a19b}a{color:#6fd3b8}"
    ".m-sum{background:#121615;border-color:#29312e}.m-from{border-color:#29312e}"
    ".m-from span,.m-small,.m-sum dt{color:#94a19b}"
    ".m-btn{background:#3db196;color:#06201a}}"
)
PAGE = Markup(
    '<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark">'
    '<title>{title}</title><style>{style}</style></head><body><div class="m-sheet" role="main"><h1>{title}</h1>'
    "{body}</div></body></html>"
)
LETTER = Markup(
    '<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark">'
    '<title>{title}</title><style>{style}</style></head><body><div role="main"><div class="m-sheet">{body}</div>'
    "{foot}</div></body></html>"
)
BUTTON = Markup('<p><a class="m-btn" href="{url}">{label}</a></p><p class="m-link">{url}</p>')
ADDRESS = re.compile(r"https?://\S+")


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What the firm writes to somebody outside, in `locale`: the same as plain text and as HTML.

    `sender` are the firm's name and the line below it; `before` and `after` paragraphs around the `facts` (label and
    value) and the `link`, an address that `button` names; `small` what stands below, `foot` why this came at all.
    """

    subject: str
    title: str
    locale: str
    link: str
    button: str
    sender: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    after: tuple[str, ...] = ()
    small: tuple[str, ...] = ()
    foot: str = ""
    reply_to: str = ""

    def text(self) -> str:
        """All of it as plain text."""
        with force_locale(self.locale):
            facts = "\n".join(_("%(label)s: %(value)s", label=label, value=value) for label, value in self.facts)
        firm = "\n".join(self.sender)
        parts = (*self.before, facts, self.link, *self.after, *self.small, f"-- \n{firm}" if firm else "", self.foot)
        return "\n\n".join(part for part in parts if part) + "\n"

    def html(self) -> str:
        """All of it as a page of its own."""
        parts: list[Markup] = []
        if self.sender:
            below = "".join(Markup("<span>{}</span>").format(line) for line in self.sender[1:] if line)
            parts.append(Markup('<p class="m-from">{}{}</p>').format(self.sender[0], Markup(below)))  # noqa: S704
        parts.append(Markup("<h1>{}</h1>").format(self.title))
        parts += [_paragraph(one) for one in self.before]
        lines = [Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(*fact) for fact in self.facts]
        parts.append(Markup('<dl class="m-sum">{}</dl>').format(Markup("").join(lines)) if lines else Markup(""))
        parts.append(Markup('<p><a class="m-btn" href="{}">{}</a></p>').format(self.link, self.button))
        parts += [_paragraph(one) for one in self.after]
        parts += [_paragraph(one, "m-small") for one in self.small]
        parts.append(Markup('<p class="m-link"><a href="{url}">{url}</a></p>').format(url=self.link))
        foot = Markup('<p class="m-foot m-small">{}</p>').format(self.foot) if self.foot else Markup("")
        return str(
            LETTER.format(lang=self.locale, title=self.subject, style=STYLE, body=Markup("").join(parts), foot=foot)
        )


def _paragraph(text: str, extra: str = "") -> Markup:
    lines = Markup("<br>").join(escape(text).split("\n"))
    return Markup('<p class="{}">{}</p>').format(extra, lines) if extra else Markup("<p>{}</p>").format(lines)


def in_html(title: str, text: str, locale: str = "") -> str:
    """The letter's text as HTML: paragraphs, and a button for a paragraph that is an address alone."""
    with force_locale(locale or str(get_locale() or "en")):
        return _in_html(title, text)


def _in_html(title: str, text: str) -> str:
    parts = []
    for paragraph in text.strip().split("\n\n"):
        if ADDRESS.fullmatch(paragraph.strip()):
            parts.append(BUTTON.format(url=paragraph.strip(), label=_("Open the page")))
        else:
            parts.append(Markup("<p>{}</p>").format(Markup("<br>").join(escape(paragraph).split("\n"))))
    return str(PAGE.format(lang=str(get_locale() or "en"), title=title, style=STYLE, body=Markup("").join(parts)))


def password_letter(user: User, link: str, locale: str) -> tuple[str, str, str]:
    """Subject, text and language for somebody who forgot their password, or is invited to choose their first."""
    spoken = user.locale or locale
    with force_locale(spoken):
        if user.password:
            subject = _("Choose a new password for Carnet")
            said = _("Somebody, most likely you, asked for a new password for your account. Choose it here:")
            lasts = _(
                "This address works once, within an hour. If it was not you, there is nothing to do: "
                "your password stays as it is."
            )
        else:
            subject = _("Your account for Carnet")
            said = _("An account was made for you. Choose your password here:")
            lasts = _("This address works once, within three days. After that, ask your administrator for another one.")
        hello = _("Hello,")
        return subject, f"{hello}\n\n{said}\n\n{link}\n\n{lasts}\n", spoken


def changed_letter(user: User, locale: str) -> tuple[str, str, str]:
    """Subject, text and language for somebody whose password, address or second factor was changed."""
    spoken = user.locale or locale
    with force_locale(spoken):
        subject = _("The sign-in to your account was changed")
        said = _("Your password, your e-mail address or your second factor for Carnet was just changed.")
        remedy = _("If it was not you, ask your administrator at once to switch the account off.")
        hello = _("Hello,")
        return subject, f"{hello}\n\n{said}\n\n{remedy}\n", spoken
