// <form data-guard>: asks before a changed form is left, also for another form of the page, shows what was chosen for upload and says when a file is too
// large before it is sent for nothing, and keeps a second click from sending twice (the server would refuse it anyway).
// File fields: <input type="file" data-max-bytes="20971520">.
"use strict";

const changed = new WeakSet();
let leaving = false;

function megabytes(bytes) {
  return `${(bytes / 1048576).toFixed(1)} MB`;
}

function sayFiles(input) {
  const most = Number(input.dataset.maxBytes || 0);
  const files = [...input.files];
  const large = most ? files.filter((file) => file.size > most) : [];
  let note = input.parentElement.querySelector("[data-files]");
  if (!note) {
    note = document.createElement("p");
    note.dataset.files = "";
    note.setAttribute("aria-live", "polite");
    input.after(note);
  }
  note.className = large.length ? "field-error" : "field-help";
  note.textContent = large.length
    ? `“${large[0].name}”有 ${megabytes(large[0].size)}，超过 ${megabytes(most)} 的上限，请压缩或拆分后再选。`
    : files.map((file) => `${file.name}（${megabytes(file.size)}）`).join("、");
  input.setCustomValidity(large.length ? note.textContent : "");
}

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form && form.matches("[data-guard]")) changed.add(form);
});

document.addEventListener("change", (event) => {
  if (event.target.matches("input[type=file]")) sayFiles(event.target);
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-guard]") || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  const others = [...document.querySelectorAll("form[data-guard]")].some((one) => one !== form && changed.has(one));
  if (others && !window.confirm("这一页上还有别的内容没有保存，现在提交会丢失。仍要提交吗？")) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  leaving = true;
  const button = event.submitter || form.querySelector("[type=submit]");
  if (button) button.setAttribute("aria-busy", "true");
});

window.addEventListener("beforeunload", (event) => {
  if (leaving) return;
  const waiting = [...document.querySelectorAll("form[data-guard]")].some((form) => changed.has(form));
  if (waiting) {
    event.preventDefault();
    event.returnValue = "";
  }
});

// Back from the browser's memory: the form may be sent again.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  leaving = false;
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
  }
});

const summary = document.getElementById("form-errors");
if (summary) summary.focus();
