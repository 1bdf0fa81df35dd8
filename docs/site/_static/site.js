/* What scrolls sideways can be reached by the keyboard, and tables say what they head. */
document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("table thead th").forEach((head) => {
    head.setAttribute("scope", "col");
  });
  const side = document.querySelector(".bd-sidebar-primary");
  side?.setAttribute("role", "region");
  side?.setAttribute("aria-label", "All pages");
  document.querySelectorAll("pre, .output, div.math, .pst-scrollable-table-container")
    .forEach((box) => {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    });
});
