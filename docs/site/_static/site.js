/* What scrolls sideways can be reached by the keyboard, tables say what they head, and
   paper is white. */
const paper = window.matchMedia("print");
paper.addEventListener("change", () => {
  const shown = document.documentElement.dataset;
  if (paper.matches) shown.chosen = shown.theme;
  shown.theme = paper.matches ? "light" : shown.chosen;
});
document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("table thead th").forEach((head) => {
    if (head.textContent.trim()) head.setAttribute("scope", "col");
    else head.replaceWith(document.createElement("td")); // it heads no column
  });
  const side = document.querySelector(".bd-sidebar-primary");
  side?.setAttribute("role", "region");
  side?.setAttribute("aria-label", "All pages");
  document.querySelectorAll("pre, .output, div.math, .pst-scrollable-table-container")
    .forEach((box) => {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    });
});
