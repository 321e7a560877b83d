// Photos and files: what they are by their first bytes (as inspecting/evidence.py, so that nothing is refused after the
// visit), their digest at the moment of capture, when and where.

import { current } from "./place.js";
import { sha256 } from "./record.js";
import { second } from "./times.js";

const MB = 2 ** 20;
const LIMITS = { photo: 30 * MB, sealed: 20 * MB, file: 50 * MB, scan: 50 * MB, shot: 50 * MB };
const JUST_NOW = 120_000; // a photo whose file is older than this was not taken now
const THUMB = 320;

export class Unfit extends Error {}

/** Take one file from an input: checked, hashed, with a small picture, kept. Raises Unfit, or Full of the vault. */
export async function take(store, part, file, { kind, item = "", camera = false, caption = "" }) {
  if (!file.size) throw new Unfit("文件是空的（0 字节），没有收。");
  if (file.size > LIMITS[kind]) throw new Unfit(`文件有 ${(file.size / MB).toFixed(1)} MB，不能超过 ${LIMITS[kind] / MB} MB。拍照时降低分辨率，录像分段上传。`);
  const bytes = new Uint8Array(await file.arrayBuffer());
  const isPicture = check(bytes, kind);
  const fromCamera = camera && Math.abs(Date.now() - file.lastModified) < JUST_NOW;
  const where = fromCamera ? current() : null;
  const facts = {
    digest: await sha256(bytes), kind, item, name: file.name, caption,
    from_camera: kind === "photo" && fromCamera,
    taken_at: second(fromCamera ? Date.now() : file.lastModified),
    latitude: where?.latitude ?? null, longitude: where?.longitude ?? null, accuracy: where?.accuracy ?? null,
  };
  const known = store.evidence(part).find((one) => one.digest === facts.digest);
  if (known && kind !== "sealed") throw new Unfit("这个文件已经在检查表里了。");
  return store.addFile(part, facts, bytes, isPicture ? await thumb(file) : null);
}

/** Whether it is a picture; raises Unfit for what the server would not take. */
function check(bytes, kind) {
  const head = String.fromCharCode(...bytes.subarray(0, 16));
  const isPicture = head.startsWith("\xff\xd8\xff") || head.startsWith("\x89PNG\r\n\x1a\n") || (head.startsWith("RIFF") && head.slice(8, 12) === "WEBP");
  const isPdf = head.startsWith("%PDF-");
  if (kind !== "file" && head.slice(4, 8) === "ftyp" && /^(hei|hev|mif1|msf1)/.test(head.slice(8, 12))) {
    throw new Unfit(`这是 HEIC 照片，页面和文书里显示不了，没有作为照片收。${kind === "photo" ? "按“其他文件”添加，原件照样保存；或" : ""}在手机相机设置中选“兼容性最佳”后重拍、转成 JPEG 后添加。`);
  }
  if (kind === "photo" && !isPicture) throw new Unfit("这不是照片（JPEG、PNG、WebP），没有收。");
  if (kind === "sealed" && (head.startsWith("RIFF") || !(isPicture || isPdf))) throw new Unfit("签署件收照片（JPEG、PNG）或 PDF。");
  if (kind === "scan" && !isPicture && !isPdf) throw new Unfit("纸质检查表的扫描件收照片或 PDF。");
  if (kind === "shot" && !isPicture && !isPdf) throw new Unfit("网页截图收 PNG、JPEG、WebP 或 PDF。");
  if (kind === "file" && !isPicture && !isPdf && !head.startsWith("PK\x03\x04") && head.slice(4, 8) !== "ftyp") {
    throw new Unfit("文件收 PDF、Word（docx）、Excel（xlsx）、HEIC、MP4 和 M4A，这个文件没有收。");
  }
  return isPicture;
}

/** A small JPEG of a picture, or null where the browser can't draw it. */
async function thumb(file) {
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, THUMB / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [Math.max(1, Math.round(picture.width * scale)), Math.max(1, Math.round(picture.height * scale))];
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const blob = await new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", 0.7); });
    return new Uint8Array(await blob.arrayBuffer());
  } catch {
    return null;
  }
}
