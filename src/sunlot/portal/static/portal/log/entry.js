// The page of one log entry: its proof is computed here, in the reader's browser, and nothing is sent anywhere.

import { isIncluded, leafHash } from "../../sunlot/js/merkle.js";
import { base64, NoteFault, openCheckpoint, readKey } from "../../sunlot/js/note.js";
import { utf8 } from "../../sunlot/js/text.js";

const part = (name) => document.querySelector(`[data-part=${name}]`);
const data = JSON.parse(document.getElementById("proof-data").textContent);
const input = document.getElementById("vkey");

/** What was checked, each step with whether it holds; stops at the first that does not. */
function check(vkey) {
  const steps = [];
  try {
    const key = readKey(vkey.trim());
    steps.push([true, `公钥写法正确：${key.name}，编号 ${key.id}`]);
    const { size, root } = openCheckpoint(data.checkpoint, key);
    steps.push([true, `检查点由这把公钥签名，管住前 ${size} 条`]);
    const included = isIncluded(data.index, size, leafHash(utf8(data.entry)), data.proof.map(base64), root);
    steps.push([included, included ? `由这一条算到的根，就是检查点签名的根：它是第 ${data.index} 条` : "由这一条算不到检查点签名的根"]);
  } catch (fault) {
    if (!(fault instanceof NoteFault)) throw fault;
    steps.push([false, fault.message]);
  }
  return steps;
}

function show() {
  const steps = check(input.value);
  const holds = steps.every(([good]) => good);
  const verdict = part("verdict");
  verdict.className = `note section-gap ${holds ? "good" : "bad"}`;
  verdict.textContent = holds ? "您的浏览器已核对：这一条在日志里，一个字也没有改过。" : "核对不通过，见下面标出的一步。";
  part("steps").replaceChildren(
    ...steps.map(([good, words]) => {
      const item = document.createElement("li");
      const mark = document.createElement("span");
      mark.className = `mark wrap ${good ? "done" : "late"}`;
      mark.textContent = words;
      item.append(mark);
      return item;
    }),
  );
}

part("without").hidden = true;
part("check").hidden = false;
input.addEventListener("input", show);
show();
