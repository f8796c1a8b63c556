// A word of the field opens its definition without leaving the page. Without this the word is a plain
// link to the same term; so it is with a second button or a modifier key, and where the answer fails.

let dialog;

function made() {
  dialog = document.createElement("dialog");
  dialog.className = "term-dialog";
  dialog.setAttribute("aria-labelledby", "term-short-title");
  // A press beside the sheet closes it, as Escape does.
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
  sheet.showModal();
}

document.addEventListener("click", async (event) => {
  const link = event.target.closest?.("a[data-term]");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  try {
    const answer = await fetch(`${link.href}?short`, { credentials: "same-origin" });
    if (!answer.ok) throw new Error(String(answer.status));
    show(await answer.text());
  } catch {
    location.assign(link.href);
  }
});
