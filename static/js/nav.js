// Loaded in the head, before the page is painted: marks that scripts run (html.js), so that the menu of a small
// screen starts folded. Without scripts it simply stands open.
"use strict";
document.documentElement.classList.add("js");

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-toggle]");
  if (!button) return;
  const panel = document.getElementById(button.dataset.toggle);
  if (!panel) return;
  const open = panel.classList.toggle("is-open");
  button.setAttribute("aria-expanded", String(open));
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const button of document.querySelectorAll("[data-toggle][aria-expanded=true]")) {
    button.click();
    button.focus();
  }
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// A drop-down made of <details> closes when the reader goes elsewhere.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
