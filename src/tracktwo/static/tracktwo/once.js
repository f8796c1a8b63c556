// A form is sent once, however often its button is pressed. The server holds the same promise with
// the key in the form; this only spares people the doubt.

const sent = (form) => form.hasAttribute("data-sent");

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (sent(form)) {
    event.preventDefault();
    return;
  }
  form.setAttribute("data-sent", "");
});

// Coming back by the Back button, or after htmx has answered, the form may be sent anew.
const ready = (root) => root.querySelectorAll("form[data-sent]").forEach((form) => form.removeAttribute("data-sent"));
window.addEventListener("pageshow", () => ready(document));
document.addEventListener("htmx:afterRequest", () => ready(document));
