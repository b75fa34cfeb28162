// Small comforts of the admin: a second click on a button that was pressed does nothing; open menus close.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  if (form.id === "changelist-form") return;
  form.dataset.sent = "1";
  window.addEventListener("pageshow", () => { delete form.dataset.sent; });
});
document.addEventListener("click", (event) => {
  document.querySelectorAll("details.filter[open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
});
