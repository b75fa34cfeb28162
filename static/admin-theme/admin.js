// Small comforts of the admin: a second click on a button that was pressed does nothing; open menus close.
// How many rows are ticked, as we say it everywhere (the page's own catalogue holds the other order, out of reach).
const counted = window.ngettext;
if (counted) {
  window.ngettext = (one, many, count) =>
    one === "%(sel)s of %(cnt)s selected" ? "已选 %(sel)s 个，共 %(cnt)s 个" : counted(one, many, count);
}
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
// The theme's script looks for the text box of its own file widget, also beside inputs that come later; ours have none.
Object.defineProperty(HTMLInputElement.prototype, "hasChangeListener", {
  get() { return this.heard || !this.closest(".form-row") || Boolean(this.closest(".ck, .kept, .picture-field")); },
  set(heard) { this.heard = heard; },
});
// The browser's own button for files speaks the browser's language, not the page's.
document.querySelectorAll(":is(.field, .kept, .picture-field) input[type=file]").forEach((input) => {
  const box = document.createElement("span");
  const button = document.createElement("span");
  const name = document.createElement("span");
  box.className = "file-pick";
  button.className = "btn";
  button.textContent = "选择文件";
  name.textContent = "还没有选择文件";
  input.before(box);
  input.className = "visually-hidden";
  box.append(input, button, name);
  button.addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    name.textContent = [...input.files].map((file) => file.name).join("、") || "还没有选择文件";
  });
});
// The menu is longer than most screens: where one is stands in sight.
document.querySelector(".side-areas .active")?.scrollIntoView({ block: "nearest" });
