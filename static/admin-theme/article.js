// The desk of an article: parts of the form that do not concern it are folded away, titles are counted.
"use strict";

function showPart(name, wanted) {
  const part = document.querySelector(`fieldset.part-${name}, .part-${name}`);
  if (part) part.hidden = !wanted && ![...part.querySelectorAll("input, select")].some((field) => field.value);
}

const column = document.getElementById("id_column");
if (column) {
  const policy = (column.dataset.policy || "").split(" ");
  const show = () => showPart("policy", column.value && policy.includes(column.value));
  column.addEventListener("change", show);
  show();
}

const kind = document.getElementById("id_source_kind");
if (kind) {
  const rows = ["source", "source_on", "source_url"].map((name) => document.getElementById(`id_${name}`)?.closest(".form-row"));
  const show = () => rows.forEach((row) => {
    const filled = row?.querySelector("input")?.value;
    if (row) row.hidden = kind.value !== kind.dataset.reprint && !filled;
  });
  kind.addEventListener("change", show);
  show();
}

const title = document.getElementById("id_title");
if (title) {
  const count = document.createElement("small");
  count.className = "title-count";
  title.after(count);
  const show = () => {
    const length = title.value.trim().length;
    count.textContent = `${length} 字${length > title.dataset.most ? `，超过 ${title.dataset.most} 字会折行` : ""}`;
    count.classList.toggle("late", length > title.dataset.most);
  };
  title.addEventListener("input", show);
  show();
}
