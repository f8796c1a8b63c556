// Cards: Space or Enter shows the answer, and the answer then has the focus. Ratings and the other keys are
// buttons with data-key, see vote-keys.js. Without this the answer opens like any fold.

const TAKEN = "button, a, summary, input, textarea, select, label";
const answer = document.querySelector("details.practice-answer");

function shown() {
  // Only when a key opened it: who pressed the fold itself goes on from there.
  answer.open = true;
  answer.querySelector(".practice-back").focus();
}

document.addEventListener("keydown", (event) => {
  if (!answer || answer.open || event.repeat || event.isComposing) return;
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest(TAKEN)) return;
  if (event.key !== " " && event.key !== "Enter") return;
  if (!document.documentElement.classList.contains("keys-on")) return;
  event.preventDefault();
  shown();
});
