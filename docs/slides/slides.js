// One slide at a time; what stands after a Predict or an exercise comes with the next
// step. The address remembers both: #3.2 is the second part of the third slide.
(() => {
  const root = document.documentElement;
  const slides = [...document.querySelectorAll("section")].map((slide) => ({
    slide, parts: [...slide.querySelectorAll(":scope > .part")],
  }));
  const byId = (name) => document.getElementById(name);
  let at = 0, part = 0;

  function show(toSlide, toPart, scroll = true) {
    at = Math.min(Math.max(toSlide, 0), slides.length - 1);
    const { parts } = slides[at];
    part = Math.min(Math.max(toPart, 0), parts.length - 1);
    slides.forEach(({ slide }, i) => { slide.hidden = i !== at; });
    parts.forEach((each, i) => { each.hidden = i > part; });
    byId("place").textContent = `${at + 1} of ${slides.length}`
      + (part < parts.length - 1 ? ", more to come" : "");
    history.replaceState(null, "", `#${at + 1}.${part + 1}`);
    if (scroll) window.scrollTo(0, part ? parts[part].offsetTop - 8 : 0);
  }
  const next = () => (part < slides[at].parts.length - 1
    ? show(at, part + 1) : at < slides.length - 1 && show(at + 1, 0));
  const back = () => (part ? show(at, part - 1) : at && show(at - 1, Infinity));
  function turn(name) {
    const on = root.classList.toggle(`with-${name}`);
    byId(name).setAttribute("aria-pressed", on);
  }
  const keys = {
    ArrowRight: next, PageDown: next, " ": next, ArrowLeft: back, PageUp: back,
    Home: () => show(0, 0), End: () => show(slides.length - 1, 0),
    t: () => turn("text"), n: () => turn("notes"),
  };
  document.addEventListener("keydown", (event) => {
    // A slider or a list under the focus keeps its keys, a button the space.
    const taken = "input, select, textarea" + (event.key === " " ? ", button, summary" : "");
    if (event.ctrlKey || event.altKey || event.metaKey
      || event.target.closest(taken)) return;
    const act = keys[event.key.length > 1 ? event.key : event.key.toLowerCase()];
    if (act) { event.preventDefault(); act(); }
  });
  byId("next").addEventListener("click", next);
  byId("back").addEventListener("click", back);
  for (const name of ["text", "notes"]) {
    byId(name).addEventListener("click", () => turn(name));
  }
  root.classList.add("js");
  const asked = location.hash.slice(1).split(".").map(Number);
  show((asked[0] || 1) - 1, (asked[1] || 1) - 1);
})();
