// 复制到微信群: <button data-copy="ID of a textarea or input">; what happened is said in the button's [data-copied].
// navigator.clipboard is missing on plain http and in older embedded browsers, so the old command stands behind it.
"use strict";

async function copyFrom(field) {
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
  if (!done) {
    field.focus();
    field.select();
  }
  if (said) said.textContent = done ? "已复制，到微信群里粘贴即可。" : "浏览器不允许自动复制，文字已选中，请长按或按 Ctrl+C 复制。";
});
