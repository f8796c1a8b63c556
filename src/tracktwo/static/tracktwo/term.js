// A word of the field opens its definition without leaving the page. Without this the word is a plain
// link to the same term; so it is with a second button or a modifier key, and where the answer fails.

const WORD = "a[data-term], .term-short a";
const read = new Map(); // what was opened on this page, so that it is asked for once

let dialog;

function made() {
  dialog = document.createElement("dialog");
  dialog.className = "term-dialog";
  dialog.setAttribute("aria-labelledby", "term-short-title");
  // A press beside the sheet closes it, as Escape does; the browser then gives the focus back to the word.
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  document.body.append(dialog);
  return dialog;
}

function show(text) {
  const sheet = dialog ?? made();
  const body = document.createElement("div");
  body.className = "term-dialog-sheet";
  // The answer of this site's own term page: its texts have passed the allow-list there.
  body.innerHTML = text;
  sheet.replaceChildren(body);
  if (sheet.open) sheet.querySelector("[autofocus]")?.focus();
  else sheet.showModal();
  sheet.scrollTop = 0;
}

// Asked for as a stranger would: without the cookie of the seat and without the page it was asked from, so that
// nothing on the way can tell who at which table looks up what.
async function definition(address) {
  if (!read.has(address)) {
    const answer = await fetch(`${address}?short`, {
      credentials: "omit",
      referrerPolicy: "no-referrer",
      headers: { "Accept-Language": document.documentElement.lang },
    });
    if (!answer.ok) throw new Error(String(answer.status));
    read.set(address, await answer.text());
  }
  return read.get(address);
}

document.addEventListener("click", async (event) => {
  const link = event.target.closest?.(WORD);
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (link.origin !== location.origin) return;
  event.preventDefault();
  try {
    show(await definition(link.origin + link.pathname));
  } catch {
    location.assign(link.href);
  }
});
