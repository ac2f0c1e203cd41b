"use strict";
(() => {
  const boxes = [...document.querySelectorAll('.choosing input[name="run"]')];
  const button = document.querySelector(".choosing button");
  if (!button) return;
  const update = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    button.disabled = chosen !== 2;
    for (const box of boxes) box.disabled = chosen === 2 && !box.checked;
  };
  for (const box of boxes) box.addEventListener("change", update);
  addEventListener("pageshow", update);
  update();
})();
