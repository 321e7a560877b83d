// 全选: a button with data-all ticks every box of that name in its form that can be ticked, or, all ticked, none of them.
// Without this script the button stays hidden and the boxes are ticked one by one.

for (const button of document.querySelectorAll("button[data-all]")) {
  const boxes = () => [...button.form.elements].filter((one) => one.name === button.dataset.all && one.type === "checkbox" && !one.disabled);
  const say = () => {
    button.textContent = boxes().every((one) => one.checked) ? "全不选" : "全选";
  };
  button.addEventListener("click", () => {
    const all = boxes().every((one) => one.checked);
    for (const one of boxes()) one.checked = !all;
    say();
  });
  button.form.addEventListener("change", say);
  say();
  button.hidden = boxes().length < 2;
}
