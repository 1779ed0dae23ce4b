#!/usr/bin/env python3
"""The page in a real Chromium: no errors, and what is asked of it: search, the map, the chain of a file, keys, dark, narrow
and on paper. A page for 50,000 files opens in under two seconds. Without a Chromium all is skipped."""

import os
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

import browser  # noqa: E402
import page as pages  # noqa: E402
import reports  # noqa: E402

ORDERS = os.path.join(reports.TOP, "testdata", "orders.tar")
LONGEST = 2.0  # seconds until a page for 50,000 files can be used
# contrast of texts against what is behind them (WCAG 2.1, 1.4.3), of all that shows
CONTRAST = """(() => {
    const parse = text => (text.match(/[\\d.]+/g) || []).map(Number);
    const light = ([r, g, b]) => [r, g, b].map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
        .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
    const behind = node => {
        for (; node; node = node.parentElement) {
            const colour = parse(getComputedStyle(node).backgroundColor);
            if (colour.length === 3 || colour[3] === 1)
                return colour;
        }
        return [255, 255, 255];
    };
    const bad = new Set();
    for (const node of document.querySelectorAll("body *:not(.area):not(.area *)")) {
        const own = [...node.childNodes].some(n => n.nodeType === 3 && n.data.trim());
        if (!own || !node.getClientRects().length || ["SCRIPT", "STYLE", "NOSCRIPT"].includes(node.tagName))
            continue;
        const a = light(parse(getComputedStyle(node).color)), b = light(behind(node));
        if ((Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < 4.5)
            bad.add(node.tagName + "." + node.className + ": " + getComputedStyle(node).color);
    }
    return [...bad];
})()"""
# what a screen reader needs: names of controls, one h1, headings in order, tables with heads
NAMES = """(() => {
    const bad = [];
    for (const node of document.querySelectorAll("button, input, a, dialog, [role=group]"))
        if (!(node.getAttribute("aria-label") || node.getAttribute("aria-labelledby") || node.textContent.trim()))
            bad.push("no name: " + node.outerHTML.slice(0, 80));
    if (document.querySelectorAll("h1").length !== 1)
        bad.push("not one h1");
    let level = 1;
    for (const node of document.querySelectorAll("main h2, main h3")) {
        if (Number(node.tagName[1]) > level + 1)
            bad.push("a heading skips a level: " + node.textContent);
        level = Number(node.tagName[1]);
    }
    for (const node of document.querySelectorAll("table"))
        if (!node.querySelector("th[scope=col]"))
            bad.push("a table without heads");
    return bad;
})()"""


def text(page, selector):
    return page.js("document.querySelector(%r)?.textContent ?? null" % selector)


def search(page, word):
    page.js("(i => { i.value = %r; i.dispatchEvent(new Event('input')); })(document.querySelector('#files input'))" % word)
    page.js("new Promise(done => setTimeout(done, 300))")


def looks(tap, page, name):
    found = page.js(CONTRAST) + page.js(NAMES) + page.problems
    tap.check(not found, "%s: no errors, names for all controls, contrast" % name, found)
    tap.check(all(url.startswith("file:") for url in page.requests), "%s: nothing from elsewhere" % name, page.requests)


def overview(tap, page, report):
    image = report["images"][0]
    saved = 100 * (image["before"]["bytes"] - image["after"]["bytes"]) / image["before"]["bytes"]
    tap.check(text(page, ".big") == "%.1f\u00a0%% smaller" % saved, "the saving is at the top", [text(page, ".big")])
    rows = page.js("[...document.querySelectorAll('.totals tbody tr')].map(r => [...r.cells].map(c => c.textContent))")
    files = next(row for row in rows if row[0] == "Files")
    tap.check(files[1:3] == ["{:,}".format(image[side]["files"]) for side in ("before", "after")], "its numbers are the report's", rows)


def chain(tap, page, report):
    """From the search field to the answer, as somebody would who has never seen the page."""
    image = report["images"][0]
    kept = {p["path"]: p for p in image["kept"]}
    path = max((p for p in kept.values() if p["type"] == "file" and p["reasons"] and "same_as" not in p
                and p["reasons"][p["step"]]["from"]), key=lambda p: p["size"])["path"]
    search(page, path)
    first = text(page, "#files tbody tr td")
    tap.check(first == path, "search finds a file by its path", [first, path])
    page.js("document.querySelector('#files tbody button.file').click()")
    shown = page.js("[...document.querySelectorAll('#file .chain .arrow b')].map(n => n.textContent)")
    wanted, at = [], path
    while at:
        wanted.insert(0, at)
        reason = kept[at]["reasons"][kept[at]["step"]]
        at = reason["from"]
    tap.check(page.js("document.getElementById('file').open") and shown == wanted, "its chain is the report's", [shown, wanted])
    why = reports.slim(".", "why", ORDERS, path)
    tap.check(all(step in why for step in wanted), "… and that of slim why", [why])
    page.js("document.querySelector('#file .chain button.file').click()")
    tap.check(text(page, "#file-title") == wanted[0] or text(page, "#file-title") in wanted, "a step leads to its file")
    page.press("Escape")
    tap.check(not page.js("document.getElementById('file').open"), "Escape closes it")


def dropped(tap, page, report):
    gone = max((p for p in report["images"][0]["dropped"] if p["type"] == "file"), key=lambda p: p["size"])
    search(page, gone["path"])
    page.js("document.querySelector('#files tbody button.file').click()")
    tap.check("slim --keep '%s'" % gone["path"] in text(page, "#file"), "a file that leaves: how to keep it", [text(page, "#file")])
    page.press("Escape")
    search(page, "no such file \u2603")
    tap.check(text(page, "#files [role=status]") == "Nothing is found." and text(page, "#files tbody") == "", "nothing is found: it is said")
    search(page, "")


def treemap(tap, page):
    crumbs = "[...document.querySelectorAll('.crumbs li')].map(n => n.textContent)"
    page.js("document.querySelector('.map .area').focus()")
    before = page.js("document.activeElement.getAttribute('aria-label')")
    page.press("ArrowRight")
    after = page.js("document.activeElement.getAttribute('aria-label')")
    tap.check(before and after and before != after, "arrow keys move in the map", [before, after])
    page.js("document.querySelector('.map .area.open').focus()")
    page.press("Enter")
    tap.check(len(page.js(crumbs)) == 2, "Enter goes into a folder", page.js(crumbs))
    page.press("Escape")
    tap.check(page.js(crumbs) == ["/"], "Escape goes back", page.js(crumbs))
    outside = page.js("""(() => { const f = document.querySelector('.map').getBoundingClientRect();
        return [...document.querySelectorAll('.area')].filter(a => { const b = a.getBoundingClientRect();
            return b.left < f.left - 1 || b.right > f.right + 1 || b.top < f.top - 1 || b.bottom > f.bottom + 1; }).length; })()""")
    tap.check(outside == 0, "all areas lie within the map", [outside])
    page.js("document.querySelector('#map [data-value=package]').click()")
    tap.check("libc6" in text(page, ".map"), "the map by package")
    page.js("document.querySelector('#map [data-value=left]').click(); document.querySelector('#map [data-value=folder]').click()")
    tap.check(page.js("document.querySelectorAll('.area').length") > 3, "the map of what leaves")


def squares(tap, page):
    found = page.js("""(() => { const values = Array.from({length: 200}, (_, i) => 10000 / (i + 1)), box = {x: 0, y: 0, width: 900, height: 500};
        const boxes = squarify(values, box), total = values.reduce((a, b) => a + b);
        const off = boxes.filter((b, i) => Math.abs(b.width * b.height - values[i] / total * 450000) > 1).length;
        const overlap = boxes.some((a, i) => boxes.some((b, j) => i < j && a.x < b.x + b.width - .01 && b.x < a.x + a.width - .01 &&
            a.y < b.y + b.height - .01 && b.y < a.y + a.height - .01));
        const long = boxes.slice(0, 50).filter(b => Math.max(b.width / b.height, b.height / b.width) > 4).length;
        return [boxes.length, off, overlap, long]; })()""")
    tap.check(found == [200, 0, False, 0], "areas are in proportion, apart, and nearly squares", [found])


def sorting(tap, page):
    numbers = "[...document.querySelectorAll('#packages tbody tr')].map(r => r.cells[0].textContent)"
    page.js("document.querySelector('#packages th button').click()")
    names = page.js(numbers)
    tap.check(len(names) > 2 and names == sorted(names), "a click on a head sorts", names)
    page.js("document.querySelector('#packages tbody button').click()")
    tap.check(text(page, "#files .chip").startswith("Only package"), "a package leads to its files", [text(page, "#files .chip")])
    page.js("document.querySelector('#files .chip').click()")


def on_paper(tap, page):
    page.media(medium="print")
    shown = page.js("getComputedStyle(document.querySelector('#sections')).display")
    tap.check(shown == "none" and page.pdf().startswith(b"%PDF"), "prints, without what only a screen has")
    page.media()


def hostile(tap, chromium, folder):
    archive = os.path.join(folder, "hostile.tar")
    reports.hostile().save(archive)
    reports.slim(folder, "-q", "-n", "--keep-all", "--report", "hostile.html", archive)
    page = chromium.open(os.path.join(folder, "hostile.html"))
    page.js("document.querySelectorAll('.more button').forEach(b => b.click())")
    search(page, "second name")
    page.js("document.querySelector('#files tbody button.file').click()")
    tap.check("broken" not in page.js("document.title") and not page.problems and
              page.js("document.querySelectorAll('img, main script').length") == 0, "names from an image stay text", page.problems)


def comparison(tap, chromium, folder):
    reports.slim(folder, "-q", ORDERS, "slim.tar")
    reports.slim(folder, "compare", "-q", "--fleet", "100", "--link", "1000", "--report", "c.html", ORDERS, "slim.tar")
    page = chromium.open(os.path.join(folder, "c.html"))
    looks(tap, page, "the comparison")
    tap.check("B is " in text(page, ".big") and "smaller than A" in text(page, ".big"), "which is smaller", [text(page, ".big")])
    tap.check("made from A" in text(page, "#differences"), "what was made from what", [text(page, "#differences ul")])


def large(tap, chromium, folder):
    archive = os.path.join(folder, "many.tar")
    pages.many_files(archive)
    reports.slim(folder, "-q", "-n", "--keep-all", "--report", "many.html", archive)
    seconds = []
    for _ in range(5):  # the machine may be busy: the best of five
        page = chromium.open(os.path.join(folder, "many.html"))
        seconds.append(page.seconds)
    tap.check(min(seconds) < LONGEST and not page.problems, "50,000 files: %.2f s" % min(seconds), seconds + page.problems)
    search(page, "length-0499")
    tap.check(text(page, "#files [role=status]").startswith("10 files"), "… and search", [text(page, "#files [role=status]")])


def main():
    if not browser.find():
        return reports.skip_all("no Chromium is here (Debian's package: chromium)")
    tap = reports.Tap()
    with tempfile.TemporaryDirectory(prefix="slim-page-") as folder, browser.Browser() as chromium:
        reports.slim(folder, "-q", "-n", "--report", "r.json", "--report", "r.html", ORDERS)
        report = reports.load(folder, "r.json")
        page = chromium.open(os.path.join(folder, "r.html"))
        looks(tap, page, "light")
        for question in (overview, chain, dropped):
            question(tap, page, report)
        for question in (treemap, squares, sorting, on_paper):
            question(tap, page)
        tap.check(not page.problems, "no errors after all that", page.problems)
        dark = chromium.open(os.path.join(folder, "r.html"), dark=True)
        looks(tap, dark, "dark")
        colours = [p.js("getComputedStyle(document.body).backgroundColor") for p in (page, dark)]
        tap.check(colours[0] != colours[1], "dark is another page than light", colours)
        narrow = chromium.open(os.path.join(folder, "r.html"), width=360, height=700)
        tap.check(narrow.js("document.documentElement.scrollWidth") <= 360, "fits a phone", [narrow.js("document.documentElement.scrollWidth")])
        hostile(tap, chromium, folder)
        comparison(tap, chromium, folder)
        large(tap, chromium, folder)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
