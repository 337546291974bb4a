"""The addresses of all pages of who is signed in; in braces what is looked up, or made, among the made-up contacts."""

from __future__ import annotations

import re

from playwright.sync_api import Page

PAGES = {
    "contacts": "/contacts",
    "prospects": "/prospects",
    "customers": "/customers",
    "suppliers": "/suppliers",
    "nothing found": "/contacts?q=zzzz",
    "sorted": "/contacts?sort=-changed",
    "file, all": "{both}",
    "file, customer": "{both}?view=customer",
    "file, supplier": "{both}?view=supplier",
    "lost": "{both}/lost",
    "file, prospect": "{prospect}",
    "file of a person": "{person}",
    "file in the bin": "{binned}",
    "persons": "{both}/persons",
    "history": "{both}/history",
    "documents": "{documents}",
    "documents, narrowed": "{documents}?type=invoice",
    "new document": "{documents}/new",
    "document": "{document}",
    "document to remove": "{document}/remove",
    "notes": "{both}/notes",
    "note": "{note}",
    "note to remove": "{note}/remove",
    "to follow up": "/follow-ups?who=all",
    "to follow up, done": "/follow-ups?who=all&when=done",
    "new company": "/contacts/new",
    "new person": "/contacts/new?kind=person&function=prospect",
    "edit": "{both}/edit",
    "convert": "{prospect}/convert",
    "activate": "{prospect}/functions/supplier",
    "link a person": "{both}/persons/new?q=a",
    "link": "{link}",
    "picture": "{both}/picture",
    "delete": "{prospect}/delete",
    "delete, blocked": "{both}/delete",
    "bin": "/contacts/bin",
    "bin, nothing found": "/contacts/bin?q=zzzz",
    "bin, before it is emptied": "/contacts/bin/empty",
    "bin, before one goes for good": "{binned}/purge",
    "import": "/import",
    "card": "{both}/card",
    "search box": "/contacts/search?q=a",
    "number of possible doubles": "/duplicates/counter",
    "import, how the file is read": "{import}/file",
    "import, columns": "{import}/columns",
    "import, rehearsal": "{import}",
    "import, row": "{import}/rows/2",
    "possible doubles": "/duplicates",
    "possible doubles, before a merge": "/duplicates?merging=1",
    "possible doubles, kept apart": "/duplicates?state=apart",
    "merging doubles in bulk": "/duplicates/bulk?score=60",
    "settings of doubles": "/settings/duplicates",
    "change of kind": "{both}/kind",
    "row of a list": "{prospect}/row",
    "row of a link": "{link}/row",
    "filters": "/contacts/filters",
    "exact count": "/contacts/count?in=contacts",
    "columns": "/contacts/columns?in=contacts",
    "export of a list": "/contacts/export?in=all",
    "new view": "/contacts/views/new?in=contacts",
    "view": "{view}",
    "list with a view": "/contacts?saved=1",
    "commands": "/palette",
    "commands for what was typed": "/palette?q=an",
    "jobs": "/jobs",
    "job": "{job}",
    "job, failures": "{job}?outcome=failed",
    "merge": "{merging}",
    "merge of many": "{merging_many}",
    "merge with whom": "{merge_with}?q=a",
    "merge made": "{merged}",
    "proposals": "/proposals",
    "no proposal found": "/proposals?q=zzzz",
    "number of proposals": "/proposals/count",
    "new proposal for whom": "/proposals/new?q=an",
    "new proposal": "{prospect}/proposals/new",
    "proposals of a contact": "{prospect}/proposals",
    "proposal, draft": "{draft}",
    "proposal edited": "{draft}/edit",
    "proposal to send": "{draft}/send",
    "proposal, sent": "{proposal}",
    "proposal to accept": "{proposal}/accept",
    "proposal to decline": "{proposal}/decline",
    "proposal, accepted": "{accepted}",
    "proposal printed": "{proposal}/print",
    "proposal on its public page": "{public}",
    "own account": "/account",
    "second factor": "/account/second-factor",
    "own tokens": "/account/tokens",
    "settings": "/settings",
    "company": "/settings/company",
    "users": "/settings/users",
    "user": "/settings/users/2",
    "new user": "/settings/users/new",
    "switch a user off": "/settings/users/2/off",
    "number ranges": "/settings/number-ranges",
    "another value of a number range": "/settings/number-ranges?value=new",
    "numbers of suppliers": "/settings/number-ranges/supplier",
    "numbers of suppliers, switched": "/settings/number-ranges/supplier/switch?own=1",
    "accounts": "/settings/accounts",
    "cases": "/privacy",
    "cases that are done": "/privacy?state=done",
    "new case": "/privacy/new?q=a",
    "new case of a contact": "/privacy/new?contact=1",
    "case": "{case}",
    "case that is done": "{certificate}",
    "certificate": "{certificate}/certificate",
    "anonymise": "{prospect}/anonymise",
    "merges": "/settings/merges",
    "terms of documents": "/settings/documents",
    "custom fields": "/settings/custom-fields",
    "new custom field": "/settings/custom-fields/new",
    "custom field": "{custom_field}",
    "delete a custom field": "{custom_field}/delete",
    "plug-ins": "/settings/plugins",
    "a plug-in": "/settings/plugins/suppliers",
    "data of a plug-in": "/settings/plugins/suppliers/purge",
    "portals": "/settings/embedding",
    "new portal": "/settings/embedding/new",
    "portal": "{portal}?view=card&p-id=1",
    "portal, as SharePoint wants it": "{portal}?view=contacts&for=sharepoint",
    "portal changed": "{portal}/edit",
    "another secret of a portal": "{portal}/rotate",
    "delete a portal": "{portal}/delete",
    "value lists": "/settings/value-lists",
    "value list": "/settings/value-lists/payment_terms",
}


def find_places(page: Page) -> dict[str, str]:
    """What stands in the braces: found, or made on the way, on an administrator's tab."""

    def read(path: str) -> str:
        return str(page.request.get(path).text())

    def listed(path: str) -> list[str]:
        return re.findall(r'href="(/contacts/\d+)\?view=', read(path))

    # Which of the made-up ones are both is chance: one with contact persons becomes a supplier too.
    both = next(
        one for one in listed("/customers") if 'id="l-' in (text := read(one)) and "c-avatar--firm c-avatar--lg" in text
    )
    if "view=supplier" not in read(both):
        page.goto(f"{both}/functions/supplier")
        page.get_by_role("button", name="Add “Supplier”").click()
        page.wait_for_url(re.compile(r"view=supplier"))
    page.goto(f"{both}/persons")
    link = page.get_by_role("link", name=re.compile("Edit the link")).first.get_attribute("href")
    person = page.locator("tbody th a").first.get_attribute("href")
    prospects = [one for one in listed("/prospects") if 'id="l-' not in read(one)]
    page.goto(f"{prospects[-1]}/delete")
    page.get_by_role("button", name="Delete", exact=True).click()
    page.wait_for_url("**/contacts")
    page.goto("/contacts/views/new")
    page.get_by_label("Name of the view").fill("Mine")
    page.get_by_role("button", name="Save the view").click()
    page.wait_for_url(re.compile(r"saved=\d"))
    view = re.search(r"saved=(\d+)", page.url)
    document = file_document(page, both)
    note = write_note(page, both)
    tag_two(page)
    job = page.url
    merged = merge_two(page)
    proposals = {state: re.findall(r'href="(/proposals/\d+)"', read(f"/proposals?state={state}"))[-1]
                 for state in ("draft", "sent", "accepted")}  # fmt: skip
    public = public_link(page, proposals["sent"])
    ids = [one.rpartition("/")[2] for one in (both, prospects[0], *listed("/suppliers"), *listed("/prospects"))]
    ids = [one for one in dict.fromkeys(ids) if f"/contacts/{one}" != prospects[-1]]
    case, certificate = erase_two(page, ids[-1])
    custom_field = define_list(page)
    portal = add_portal(page)
    sent = send_file(page)
    assert view
    return {
        "portal": portal,
        "custom_field": custom_field,
        "import": sent,
        "note": note,
        "view": f"/contacts/views/{view[1]}",
        "job": job,
        "merging": "/merge?" + "&".join(f"ids={one}" for one in ids[:3]),
        "merging_many": "/merge?ids=" + ",".join(ids[:20]),
        "merge_with": f"/merge/with/{ids[0]}",
        "merged": merged,
        "documents": f"{both}/documents",
        "document": document,
        "case": case,
        "certificate": certificate,
        "draft": proposals["draft"],
        "proposal": proposals["sent"],
        "accepted": proposals["accepted"],
        "public": public,
        "both": both,
        "person": str(person),
        "link": str(link).partition("?")[0],
        "prospect": prospects[0],
        "binned": prospects[-1],
    }


def tag_two(page: Page) -> None:
    """Tag two contacts by a mass action; its job is at hand then."""
    page.goto("/contacts")
    for row in (0, 1):
        page.locator("input[name=ids]").nth(row).check()
    page.get_by_role("button", name="Mass actions").click()
    page.get_by_role("button", name="Add tags…").click()
    page.get_by_label("Tags").fill("Fair")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Tag 2 contacts").click()
    page.wait_for_url("**/jobs/*")


def merge_two(page: Page) -> str:
    """Merge two new contacts; the address of the merge."""
    files = []
    for name in ("Vorher AG", "Nachher AG"):
        page.goto("/contacts/new")
        page.get_by_label("Company name").fill(name)
        page.get_by_role("button", name="Save the contact").last.click()
        page.wait_for_url(re.compile(r"/contacts/\d+"))
        files.append(page.url.rpartition("/")[2])
    page.goto(f"/merge?ids={files[0]}&ids={files[1]}")
    page.get_by_role("button", name="Merge 2 contacts into one").click()
    page.wait_for_url(re.compile(r"/contacts/\d+"))
    undo = page.locator("#toasts form").get_attribute("action")
    return str(undo).removesuffix("/undo")


def define_list(page: Page) -> str:
    """Define a list of one's own, for suppliers; the address of its page."""
    page.goto("/settings/custom-fields/new")
    page.get_by_label("English").fill("Way in")
    page.get_by_label("Kind of field").select_option("choices")
    page.get_by_label("Field of").select_option("supplier")
    page.get_by_label("Values of a list").fill("Fair\nLetter")
    page.get_by_role("button", name="Add the field").click()
    page.wait_for_url(re.compile(r"/custom-fields/\d+"))
    return page.url[page.url.index("/settings") :]


def add_portal(page: Page) -> str:
    """Add a portal; the address of its page."""
    page.goto("/settings/embedding/new")
    page.get_by_label("Name").fill("Intranet")
    page.get_by_label("List of all contacts").check()
    page.get_by_role("button", name="Add the portal").click()
    return str(page.get_by_role("link", name="Choose what to show").get_attribute("href"))


def send_file(page: Page) -> str:
    """Rehearse the import of a file with a likely double and an error; the address of the import."""
    page.goto("/import")
    content = b"Nachname;E-Mail;Geburtsdatum\nAdler;a@w.example;1980-01-31\n;;1980-01-32\nBerg;a@w.example;x\n"
    page.get_by_label("File").set_input_files({"name": "list.csv", "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="Send the file").click()
    page.get_by_role("button", name="Rehearse 3 rows").click()
    page.wait_for_url(re.compile(r"/import/\d+$"))
    return page.url[page.url.index("/import") :]


def public_link(page: Page, proposal: str) -> str:
    """Where a proposal that was sent is read without signing in: a link is made for that."""
    page.goto(proposal)
    page.get_by_role("button", name="Make a link to copy").click()
    return re.sub("^https?://[^/]+", "", page.get_by_label("Address for the recipient").input_value())


def file_document(page: Page, contact: str) -> str:
    """An invoice that must be kept, at a contact's file."""
    page.goto(f"{contact}/documents/new")
    page.get_by_label("Number").fill("RE-2026-1377")
    page.get_by_role("button", name="File the document").click()
    page.wait_for_url("**/documents")
    return str(page.get_by_role("link", name="RE-2026-1377").get_attribute("href"))


def write_note(page: Page, contact: str) -> str:
    """A note with a follow-up that is overdue, at a contact's file."""
    page.goto(f"{contact}/notes")
    page.get_by_label("Note", exact=True).fill("Call again, see https://example.com/offers")
    page.get_by_label("Follow up on").fill("2026-01-05")
    page.get_by_role("button", name="Add the note").click()
    address = page.get_by_role("link", name="Change…").first.get_attribute("href")
    return str(address)


def erase_two(page: Page, contact_id: str) -> tuple[str, str]:
    """A case that is open, and the certificate of a new contact that was anonymised."""
    page.goto(f"/privacy/new?contact={contact_id}")
    page.get_by_role("button", name="Open the case").click()
    page.wait_for_url(re.compile(r"/privacy/\d+"))
    case = page.url
    page.goto("/contacts/new")
    page.get_by_label("Company name").fill("Vergessen AG")
    page.get_by_role("button", name="Save the contact").last.click()
    page.wait_for_url(re.compile(r"/contacts/\d+"))
    page.goto(f"{page.url}/anonymise")
    page.get_by_label("Reason").fill("Nobody needs it any more")
    page.get_by_label("Write the contact's number").fill(page.url.split("/")[-2])
    page.get_by_role("button", name="Anonymise the contact").click()
    page.wait_for_url(re.compile(r"/privacy/\d+"))
    return case, page.url
