// Signing with a security key in place of the password. The button appears where the browser can do it: with HTTPS.

const WORDS = {
  NotAllowedError: "没有完成：已取消，超过时限，或这把密钥没有设置 PIN。再试一次，或改用登录密码。",
  SecurityError: "这个网址不能使用安全密钥：须用域名和 HTTPS 打开本系统。",
};

for (const button of document.querySelectorAll("[data-part=key]")) {
  button.hidden = !globalThis.PublicKeyCredential || !globalThis.webauthnJSON;
  button.addEventListener("click", () => sign(button));
}

async function sign(button) {
  const form = button.closest("form") ?? button.form;
  const fault = form.querySelector("[data-part=key-fault]");
  fault.hidden = true;
  button.disabled = true;
  try {
    const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
    const answer = await fetch(button.dataset.challenge, { method: "POST", headers: { "X-CSRFToken": token } });
    if (!answer.ok) throw new Error(String(answer.status));
    const credential = await globalThis.webauthnJSON.get(await answer.json());
    form.querySelector("[data-part=credential]").value = JSON.stringify(credential);
    form.requestSubmit(form.querySelector("button[type=submit]"));
  } catch (wrong) {
    fault.textContent = WORDS[wrong.name] ?? "安全密钥没有验证成功。再试一次，或改用登录密码。";
    fault.hidden = false;
    button.disabled = false;
  }
}
