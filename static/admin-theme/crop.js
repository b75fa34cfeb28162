// The frame of a cover on its picture: it follows the sliders, and the sliders follow it when it is dragged.
"use strict";

const form = document.querySelector("form.crop");
const frame = form.querySelector(".crop-frame");
const box = form.querySelector(".crop-box");
const [size, left, top_] = ["size", "left", "top"].map((name) => form.elements[name]);
const most = Number(form.dataset.most);
const ratio = Number(form.dataset.ratio);

function part() {
  const width = most * Number(size.value) / 100;
  return { width, height: Math.min(1, width * ratio * 9 / 16) };
}

function draw() {
  const { width, height } = part();
  frame.style.width = `${width * 100}%`;
  frame.style.height = `${height * 100}%`;
  frame.style.left = `${(1 - width) * Number(left.value)}%`;
  frame.style.top = `${(1 - height) * Number(top_.value)}%`;
}

function share(place, room) {
  return room > 0.0001 ? Math.max(0, Math.min(100, place / room * 100)) : 50;
}

box.addEventListener("pointerdown", (event) => {
  event.preventDefault();
  const rect = box.getBoundingClientRect();
  const { width, height } = part();
  const move = (moved) => {
    left.value = share((moved.clientX - rect.left) / rect.width - width / 2, 1 - width);
    top_.value = share((moved.clientY - rect.top) / rect.height - height / 2, 1 - height);
    draw();
  };
  const stop = () => {
    box.removeEventListener("pointermove", move);
    box.removeEventListener("pointerup", stop);
  };
  box.setPointerCapture(event.pointerId);
  box.addEventListener("pointermove", move);
  box.addEventListener("pointerup", stop);
  move(event);
});
form.addEventListener("input", draw);
frame.hidden = false;
draw();
