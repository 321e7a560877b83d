// What went wrong with a security key, in words at the place where it was asked for.
const WORDS = {
  NotAllowedError: "没有完成：已取消，或超过了时限。再试一次。",
  InvalidStateError: "这个安全密钥已经添加过。",
  SecurityError: "这个网址不能使用安全密钥：须用域名和 HTTPS 打开本系统。",
};

document.addEventListener("allauth.error", (event) => {
  const place = document.getElementById("webauthn_fault");
  if (!place) return;
  const { exception } = event.detail;
  event.preventDefault();
  place.textContent = navigator.credentials
    ? (WORDS[exception.name] ?? "这台设备没有完成验证。换一个安全密钥，或改用验证码。")
    : "这个浏览器不能使用安全密钥：须用 HTTPS 打开本系统，或换一个浏览器。";
  place.hidden = false;
});
