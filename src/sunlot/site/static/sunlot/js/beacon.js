// Typing dice or lottery numbers: their form is checked as they are typed, by the rules of the notice (the server checks
// again). What they are, only the dice and the lottery know.

const form = document.querySelector("[data-beacon]");

if (form) {
  const field = form.querySelector("[name=value]");
  const said = form.querySelector("[data-part=count]");
  const look = () => {
    const { words, isFault } = form.dataset.rolls
      ? dice(field.value, Number(form.dataset.rolls))
      : lottery(field.value, JSON.parse(form.dataset.pools));
    said.textContent = words;
    said.className = isFault ? "fault" : "hint";
    field.setAttribute("aria-invalid", String(isFault));
    return isFault;
  };
  field.addEventListener("input", look);
  form.addEventListener("submit", (event) => {
    if (!look() && isWhole(said.textContent)) return;
    event.preventDefault();
    said.className = "fault";
    field.focus();
  });
  if (field.value) look();
}

function isWhole(words) {
  const [, typed, wanted] = /(\d+) \/ (\d+)/.exec(words) ?? [];
  return typed !== undefined && typed === wanted;
}

function dice(text, rolls) {
  const digits = [...text.normalize("NFKC").replace(/[\s,，、]/g, "")];
  const wrong = digits.findIndex((digit) => !/[1-6]/.test(digit));
  if (wrong >= 0) return { words: `第 ${wrong + 1} 个是“${digits[wrong]}”，骰子只有 1 到 6。`, isFault: true };
  if (digits.length > rolls) return { words: `已录入 ${digits.length} 次，只掷 ${rolls} 次。`, isFault: true };
  return { words: `已录入 ${digits.length} / ${rolls} 次`, isFault: false };
}

function lottery(text, pools) {
  const numbers = text.normalize("NFKC").split(/[\s,，、+|-]+/).filter(Boolean);
  const wanted = pools.reduce((sum, [taken]) => sum + taken, 0);
  const fault = (words) => ({ words, isFault: true });
  if (numbers.length > wanted) return fault(`已录入 ${numbers.length} 个号码，应为 ${wanted} 个。`);
  let from = 0;
  for (const [at, [taken, whole]] of pools.entries()) {
    const chosen = numbers.slice(from, from + taken);
    for (const [n, number] of chosen.entries()) {
      if (!/^\d{1,2}$/.test(number) || Number(number) < 1 || Number(number) > whole) {
        return fault(`第 ${at + 1} 组的“${number}”不在 1 到 ${whole} 之间。`);
      }
      // The last one may still be half typed: 1 on its way to 15.
      const isLast = from + n === numbers.length - 1 && number.length === 1;
      if (n > 0 && !isLast && Number(number) <= Number(chosen[n - 1])) {
        return fault(`第 ${at + 1} 组应从小到大、不重复：“${number}”在“${chosen[n - 1]}”之后。`);
      }
    }
    from += taken;
  }
  return { words: `已录入 ${numbers.length} / ${wanted} 个号码`, isFault: false };
}
