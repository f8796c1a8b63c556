// The time left in a practice test. It says so at a few moments, and ends nothing: the clock is the learner's own.
// Without this the test is the same, and its result says how long it took.

const clock = document.querySelector(".paper-clock");
const MOMENTS = [600, 300, 60]; // seconds left at which it is said aloud

function run() {
  const [face, voice] = clock.children;
  const end = performance.now() + Number(clock.dataset.secondsLeft) * 1000;
  const spoken = new Set(MOMENTS.filter((moment) => moment >= Number(clock.dataset.secondsLeft)));
  clock.hidden = false;

  function show() {
    const left = Math.ceil((end - performance.now()) / 1000);
    if (left <= 0) {
      face.textContent = "";
      voice.className = "";
      voice.textContent = clock.dataset.over;
      return;
    }
    face.textContent = `${clock.dataset.left} ${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    for (const moment of MOMENTS) {
      if (left > moment || spoken.has(moment)) continue;
      spoken.add(moment);
      voice.textContent = `${moment / 60} ${clock.dataset.minutes}`;
    }
    setTimeout(show, 1000);
  }
  show();
}

if (clock) run();
