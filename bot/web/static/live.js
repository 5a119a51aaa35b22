// The live stream: messages as they are said, what is unread, the clock; it mends itself.

import { moved } from "./clock.js";
import { atEnd, expecting, put } from "./log.js";
import { refresh, showPane } from "./places.js";
import { here, lastSeq, sawSeq, tell } from "./state.js";

const PATIENCE = 1500;
let source = null;
let worried = 0;
let again = 0;
let tries = 0;
let readTo = 0;

export function follow() {
  source?.close();
  clearTimeout(again);
  const query = new URLSearchParams({ ...here(), seq: String(lastSeq()) });
  source = new EventSource(`/events?${query}`);
  source.addEventListener("open", connected);
  source.addEventListener("error", broken);
  on("message", message);
  on("unread", unread);
  on("clock", ({ now }) => moved(now));
  on("focus", (changed) => refresh(changed.case));
  markRead();
}

function on(name, react) {
  source.addEventListener(name, (event) => react(JSON.parse(event.data)));
}

function connected() {
  tries = 0;
  clearTimeout(worried);
  worried = 0;
  document.documentElement.dataset.live = "";
  show("");
}

function broken() {
  delete document.documentElement.dataset.live;
  worried ||= setTimeout(() => show("Connection lost. Trying again…"), PATIENCE);
  // The browser tries again by itself unless it was refused outright.
  if (source.readyState !== EventSource.CLOSED) return;
  clearTimeout(again);
  again = setTimeout(retry, Math.min(1000 * 2 ** tries, 15000));
  tries += 1;
}

async function retry() {
  const answer = await fetch(location.href, { headers: { "X-Fragment": "focus" } }).catch(() => null);
  if (answer?.status === 401) location.reload();
  else follow();
}

function show(words) {
  const note = document.querySelector("[data-lost]");
  if (note.textContent !== words) note.textContent = words;
}

function message({ conversation, thread, id, html, seq }) {
  sawSeq(seq);
  const at = here();
  const known = document.getElementById(`m-${id}`) !== null;
  const belongs = conversation === at.conversation && (thread ?? "") === at.thread;
  if (!known && !belongs) return;
  const fresh = put(html);
  if (fresh) {
    const author = document.getElementById(`m-${id}`)?.dataset.author;
    tell(`New message from ${author}`);
    if (expecting()) showPane("conversation");
  }
  markRead();
}

function unread(counts) {
  const current = here().conversation;
  let sum = 0;
  for (const place of document.querySelectorAll("[data-place]")) {
    const seen = place.dataset.place === current && !document.hidden;
    const count = seen ? 0 : counts[place.dataset.place] ?? 0;
    const mark = place.querySelector("[data-unread]");
    mark.hidden = count === 0;
    mark.querySelector("b").textContent = String(count);
    sum += count;
  }
  markAny(sum);
  markRead();
}

function markAny(sum) {
  document.querySelector("[data-any-unread]").hidden = sum === 0;
  document.title = `${sum ? `(${sum}) ` : ""}${document.title.replace(/^\(\d+\) /, "")}`;
}

// What stands on a visible page, at its end, is read.
export async function markRead() {
  if (document.hidden || !atEnd() || readTo >= lastSeq()) return;
  const data = new FormData();
  readTo = lastSeq();
  data.set("_csrf", document.body.dataset.csrf);
  data.set("_conversation", here().conversation);
  data.set("seq", String(readTo));
  await fetch("/read", { method: "POST", body: data }).catch(() => { readTo = 0; });
}

export function startLive() {
  const marks = [...document.querySelectorAll("[data-unread]:not([hidden]) b")];
  markAny(marks.reduce((sum, mark) => sum + Number(mark.textContent), 0));
  follow();
  document.addEventListener("visibilitychange", markRead);
  document.addEventListener("scroll", markRead, { capture: true, passive: true });
  addEventListener("online", () => {
    if (source.readyState === EventSource.CLOSED) follow();
  });
}
