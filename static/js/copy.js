// 复制到微信群: <button data-copy="ID of a textarea or input">; what happened is said in 「ID-said」 (in the words of the
// button's data-copied). Anything else with that ID is copied as it looks, for an editor that takes formatted text.
// navigator.clipboard is missing on plain http and in older embedded browsers, so the old command stands behind it.
"use strict";

function copyFormatted(part) {
  const range = document.createRange();
  range.selectNodeContents(part);
  const chosen = window.getSelection();
  chosen.removeAllRanges();
  chosen.addRange(range);
  return document.execCommand("copy");
}

async function copyFrom(field) {
  if (!("value" in field)) return copyFormatted(field);
  if (navigator.clipboard && window.isSecureContext) {
    try {
      await navigator.clipboard.writeText(field.value);
      return true;
    } catch (refused) {
      // fall through: some embedded browsers offer the interface and refuse it
    }
  }
  field.focus();
  field.select();
  field.setSelectionRange(0, field.value.length);
  return document.execCommand("copy");
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copy);
  const said = document.getElementById(`${button.dataset.copy}-said`);
  const done = await copyFrom(field);
  if (!done && "value" in field) {
    field.focus();
    field.select();
  }
  if (said) said.textContent = done ? button.dataset.copied || "已复制，到微信群里粘贴即可。" : "浏览器不允许自动复制，文字已选中，请长按或按 Ctrl+C 复制。";
});
