// What the page knows of itself: who it acts for, where it stands, and what time it is.

const body = document.body;
let seq = Number(body.dataset.seq);
let ahead = Number(body.dataset.now) - Date.now();

export const zone = body.dataset.zone;

export const talk = () => document.getElementById("talk");
export const log = () => document.getElementById("log");
export const here = () => ({ conversation: talk().dataset.conversation, thread: talk().dataset.thread });

// The desk's clock, which is the server's and in the demo can be moved.
export const now = () => Date.now() + ahead;
export function setNow(epoch) {
  ahead = epoch - Date.now();
}

export const lastSeq = () => seq;
export function sawSeq(number) {
  if (number > seq) seq = number;
}

// One id for a press or a form: sent again after a failure, it is still one event.
export function newEvent() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// A short word to screen readers about something that everybody else sees.
export function tell(words) {
  document.getElementById("told").textContent = words;
}

export function keep(key, value) {
  try {
    if (value) localStorage.setItem(key, value);
    else localStorage.removeItem(key);
  } catch { /* a browser that refuses storage keeps no drafts */ }
}

export function kept(key) {
  try { return localStorage.getItem(key) ?? ""; } catch { return ""; }
}

export function nodes(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}
