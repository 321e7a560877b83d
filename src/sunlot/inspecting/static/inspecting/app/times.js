// Times of the field: China's, whatever the phone's zone, and the server's clock beside the phone's.

const SHIFT = 8 * 3600_000;
let ahead = 0; // milliseconds that the phone's clock is ahead of the server's

/** Learn from an answer how far the phone's clock is off: the server spoke between `asked` and `heard`. */
export function learn(said, asked, heard = Date.now()) {
  ahead = Math.round((asked + heard) / 2 - Date.parse(said));
  return ahead;
}

export const restore = (milliseconds) => { ahead = milliseconds; };
export const offset = () => Math.round(ahead / 1000);

/** Now by the server's clock, as far as it is known. */
export const now = () => Date.now() - ahead;

/** 2026-11-27T10:18:05+08:00. */
export const second = (milliseconds) => `${new Date(milliseconds + SHIFT).toISOString().slice(0, 19)}+08:00`;

/** The same to the minute, as a record holds it. */
export const minute = (milliseconds) => `${second(milliseconds).slice(0, 16)}:00+08:00`;

/** What a datetime-local control shows for a text of a record, and back. */
export const toControl = (text) => text.slice(0, 16);
export const fromControl = (value) => (value ? `${value.slice(0, 16)}:00+08:00` : "");

export const today = () => second(now()).slice(0, 10);

/** 11月24日, and 10:18. */
export const dayWords = (text) => `${Number(text.slice(5, 7))}月${Number(text.slice(8, 10))}日`;
export const clockWords = (text) => text.slice(11, 16);

/** 约定 11月24日与市场监督管理局一同检查. */
export const agreedWords = ({ day, with: others }) => `约定 ${dayWords(day)}与${others.join("、")}一同检查`;
