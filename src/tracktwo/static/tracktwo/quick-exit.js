// Leave at once: by the button in the head of every page, or by pressing Escape twice.
// The server is told to forget the session; the page does not wait for its answer.

const WITHIN = 700; // milliseconds between the two presses
const form = document.querySelector("form[data-leave]");

function leave() {
  document.documentElement.hidden = true;
  const elsewhere = form.dataset.elsewhere;
  if (!elsewhere) {
    HTMLFormElement.prototype.submit.call(form);
    return;
  }
  fetch(form.action, { method: "POST", body: new FormData(form), keepalive: true, redirect: "manual" }).catch(() => {});
  location.replace(elsewhere);
}

if (form) {
  let last = -Infinity;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    leave();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing) return;
    if (event.timeStamp - last < WITHIN) leave();
    last = event.timeStamp;
  });
}
