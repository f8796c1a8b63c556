// A room kept up to date by its stream. Without this file the page works by loading it anew.

const room = document.querySelector("[data-live]");
const list = document.getElementById("remarks");
const line = document.getElementById("line");
const floor = document.getElementById("floor");
const composer = document.getElementById("composer");
const REST = 60_000; // milliseconds in the background before the line is let go

let after = room.dataset.after;
let source = null;
let resting = 0;

const later = (place) => {
  const [sitting, number] = place.split(".").map(Number);
  const [was, last] = after.split(".").map(Number);
  return sitting > was || (sitting === was && number > last);
};

function inLocalTime(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const moment = new Date(time.dateTime);
    if (!Number.isNaN(moment.valueOf())) time.textContent = moment.toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
  }
}

function parsed(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return holder.content;
}

function said(event) {
  if (!later(event.lastEventId)) return;
  after = event.lastEventId;
  const atTheEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 80;
  list.append(parsed(event.data));
  document.getElementById("nothing-said").hidden = true;
  if (atTheEnd) list.scrollTop = list.scrollHeight;
}

function stands(event) {
  const { sitting, html } = JSON.parse(event.data);
  if (String(sitting) !== room.dataset.sitting) {
    // Everybody's page loads anew; not all in the same moment, and not under somebody who writes.
    if (!composer?.elements.text.value) setTimeout(() => location.reload(), Math.random() * 2000);
    else line.textContent = room.dataset.changed;
    return;
  }
  const focused = floor.contains(document.activeElement) && document.activeElement.value;
  const open = floor.querySelector("details")?.open;
  floor.replaceChildren(parsed(html));
  inLocalTime(floor);
  if (open && floor.querySelector("details")) floor.querySelector("details").open = true;
  if (focused) floor.querySelector(`button[value="${CSS.escape(focused)}"]`)?.focus();
}

function listen() {
  if (source) return;
  source = new EventSource(`${room.dataset.live}?after=${after}`);
  source.addEventListener("remark", said);
  source.addEventListener("floor", stands);
  source.addEventListener("open", () => { line.textContent = ""; });
  source.addEventListener("error", () => {
    const over = source.readyState === EventSource.CLOSED;
    line.textContent = over ? room.dataset.closed : room.dataset.lost;
  });
}

function letGo() {
  source?.close();
  source = null;
}

// A browser has few lines to one site: a page in the background lets its line go, and comes back for the rest.
document.addEventListener("visibilitychange", () => {
  clearTimeout(resting);
  if (document.hidden) resting = setTimeout(letGo, REST);
  else listen();
});
window.addEventListener("pagehide", letGo);
window.addEventListener("pageshow", listen);

// Saying something keeps the page where it is; an unattributed remark shows among one's own, so the page loads anew.
composer?.addEventListener("submit", async (event) => {
  const attribution = new FormData(composer).get("attribution");
  if (event.defaultPrevented || attribution === "none" || !source) return;
  event.preventDefault();
  const answer = await fetch(composer.action, { method: "POST", body: new FormData(composer), redirect: "manual" }).catch(() => null);
  if (answer?.type !== "opaqueredirect") {
    HTMLFormElement.prototype.submit.call(composer); // shows the refusal; the key of the form keeps it from being said twice
    return;
  }
  composer.elements.text.value = "";
  composer.elements.once.value = crypto.randomUUID?.() ?? String(Math.random()).slice(2) + Date.now();
  composer.removeAttribute("data-sent");
  composer.elements.text.focus();
});

list.scrollTop = list.scrollHeight;
inLocalTime(floor);
