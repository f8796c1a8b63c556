// Keys for voting: a form marked data-keys lends each button its keys (data-key="a j").
// Single keys can be switched off, never fire while somebody types, and leave Space to a focused button.

const TYPING = "input:not([type=hidden], [type=checkbox], [type=radio]), textarea, select, [contenteditable]";
const PRESSED_BY_SPACE = "button, a, summary, input, label";
const KEPT = "tracktwo-keys"; // only until this tab is closed

// Not what lies behind a closed fold.
const isShown = (button) => button.checkVisibility?.() ?? Boolean(button.offsetParent);
const isOn = () => sessionStorage.getItem(KEPT) !== "off";

// Other scripts' keyboards give other letters: then the place of the key counts.
function nameOf(event) {
  if (event.key === " ") return "space";
  // A digit by its place as well: it is shifted on some keyboards and another sign in some scripts.
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code);
  if (digit && !event.shiftKey) return digit[1];
  if (/^[a-z]$/i.test(event.key)) return event.key.toLowerCase();
  return event.code.startsWith("Key") && !/^[\x00-\x7f]$/.test(event.key) ? event.code.slice(3).toLowerCase() : "";
}

function buttonFor(key) {
  const buttons = document.querySelectorAll("form[data-keys] button[data-key]");
  return [...buttons].find((button) => button.dataset.key.split(" ").includes(key) && isShown(button));
}

function pressed(event) {
  if (!isOn() || event.repeat || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target.closest(TYPING)) return;
  const key = nameOf(event);
  if (key === "space" && event.target.closest(PRESSED_BY_SPACE)) return;
  const button = key && buttonFor(key);
  if (!button) return;
  event.preventDefault();
  button.click();
}

function show() {
  document.documentElement.classList.toggle("keys-on", isOn());
  document.querySelectorAll("[data-keys-switch]").forEach((button) => {
    button.hidden = false;
    button.setAttribute("aria-pressed", String(isOn()));
  });
}

document.addEventListener("keydown", pressed);
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-keys-switch]")) return;
  sessionStorage.setItem(KEPT, isOn() ? "off" : "on");
  show();
});
document.addEventListener("htmx:afterSwap", show);
show();
