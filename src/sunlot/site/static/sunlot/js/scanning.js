// Scanning a slip's code with the camera, where the browser can do it; elsewhere the button stays hidden, and a handheld
// scanner types into the field.

const PAUSE = 150; // milliseconds between two looks

/** Bring the button that opens the camera to life; what is seen goes into the field. */
export async function offerCamera(button, field) {
  if (!(await canScan())) return;
  button.hidden = false;
  button.addEventListener("click", () => scan(button, field));
}

async function canScan() {
  if (!("BarcodeDetector" in globalThis) || !navigator.mediaDevices?.getUserMedia) return false;
  return (await BarcodeDetector.getSupportedFormats()).includes("qr_code");
}

async function scan(button, field) {
  button.disabled = true;
  const dialog = document.createElement("dialog");
  const video = document.createElement("video");
  const close = document.createElement("button");
  let stream = null;
  const stop = () => stream?.getTracks().forEach((track) => track.stop());
  dialog.className = "scanner";
  dialog.setAttribute("aria-label", "扫码");
  video.muted = true;
  video.playsInline = true;
  [close.type, close.className, close.textContent] = ["button", "btn", "不扫了"];
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => {
    stop();
    dialog.remove();
    button.disabled = false;
    field.focus();
  });
  dialog.append(video, close);
  document.body.append(dialog);
  dialog.showModal();
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    if (!dialog.open) { // closed while the browser was asking for permission
      stop();
      return;
    }
    video.srcObject = stream;
    await video.play();
    await look(dialog, video, field);
  } catch {
    video.replaceWith(Object.assign(document.createElement("p"), { textContent: "摄像头打不开。照着填写，或用扫码枪。" }));
  }
}

async function look(dialog, video, field) {
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  while (dialog.open) {
    const [found] = await detector.detect(video);
    if (found) {
      field.value = found.rawValue;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      dialog.close();
      return;
    }
    await new Promise((resolve) => { setTimeout(resolve, PAUSE); });
  }
}
