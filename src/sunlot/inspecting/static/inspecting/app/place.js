// Where the phone is, as far as it says: shown and kept beside what was recorded, never a condition of anything.

const EARTH = 6_371_000; // metres, mean radius
let fix = null;
let watching = false;

/** Begin to follow the position; the browser asks its person once. */
export function watch(heard) {
  if (watching || !navigator.geolocation) return;
  watching = true;
  navigator.geolocation.watchPosition(
    ({ coords }) => {
      fix = { latitude: coords.latitude, longitude: coords.longitude, accuracy: Math.round(coords.accuracy), at: Date.now() };
      heard();
    },
    () => {},
    { enableHighAccuracy: true, maximumAge: 15_000 },
  );
}

/** The newest position, if it is not older than two minutes. */
export const current = () => (fix && Date.now() - fix.at < 120_000 ? fix : null);

/** The great-circle distance of two places in degrees. */
export function metres([lat1, lon1], [lat2, lon2]) {
  const turn = Math.PI / 180;
  const half = Math.sin(((lat2 - lat1) * turn) / 2) ** 2
    + Math.cos(lat1 * turn) * Math.cos(lat2 * turn) * Math.sin(((lon2 - lon1) * turn) / 2) ** 2;
  return Math.round(2 * EARTH * Math.asin(Math.sqrt(half)));
}

/** 120 米, 3.4 公里. */
export const distanceWords = (length) => (length >= 1000 ? `${(length / 1000).toFixed(1)} 公里` : `${length} 米`);
