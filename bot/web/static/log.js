// The list of messages: where they go, how they are grouped, and where one has read to.

import { log, nodes } from "./state.js";

const TOGETHER = 5 * 60 * 1000;
const NEAR_END = 80;
const SOON = 3000;
let waiting = 0;
let stuck = true;
let askedAt = -SOON;

const messages = () => [...log().querySelectorAll(".message")];

export function atEnd() {
  const list = log();
  return list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_END;
}

export function toEnd() {
  const list = log();
  list.scrollTop = list.scrollHeight;
  waiting = 0;
  stuck = true;
  showWaiting();
}

// One has pressed something: what comes now is the answer, and is to be seen.
export function expectAnswer(yes = true) {
  askedAt = yes ? performance.now() : -SOON;
}

export const expecting = () => performance.now() - askedAt < SOON;

// What is longer than the page is read from its beginning.
function toTop(message) {
  message.scrollIntoView({ block: "start" });
  stuck = false;
}

// Days between messages, and one name above several of the same author.
export function arrange() {
  for (const day of log().querySelectorAll(".day")) day.remove();
  let before = null;
  for (const message of messages()) {
    const { day, dayName, author, at } = message.dataset;
    const newDay = !before || before.dataset.day !== day;
    const above = message.previousElementSibling;
    const marked = above?.matches("[data-new-mark]");
    if (newDay) (marked ? above : message).before(divider(dayName));
    message.classList.toggle("follows", !newDay && !marked && before.dataset.author === author
      && Number(at) - Number(before.dataset.at) < TOGETHER
      && sort(before) === sort(message));
    before = message;
  }
  log().querySelector("[data-empty]").hidden = before !== null;
}

const sort = (message) => ["only-you", "internal"].map((kind) => message.classList.contains(kind)).join();

function divider(name) {
  const line = document.createElement("div");
  line.className = "day";
  line.setAttribute("role", "separator");
  line.setAttribute("aria-label", name);
  const words = document.createElement("span");
  words.textContent = name;
  line.append(words);
  return line;
}

// A message that is known is replaced where it stands; a new one goes to the end.
export function put(html) {
  const stay = atEnd();
  let fresh = 0, mine = false, last = null;
  for (const message of nodes(html).querySelectorAll(".message")) {
    const known = document.getElementById(message.id);
    if (known) {
      if (known.querySelector("[data-editing]")) continue;
      const hadFocus = known.contains(document.activeElement);
      known.replaceWith(message);
      if (hadFocus) message.focus({ preventScroll: true });
    } else {
      log().append(message);
      fresh += 1;
      last = message;
      mine ||= message.matches(".mine, .only-you");
    }
  }
  arrange();
  if (last && (stay || expecting()) && last.offsetHeight > log().clientHeight) toTop(last);
  else if (stay || mine || (fresh && expecting())) toEnd();
  else if (fresh) {
    waiting += fresh;
    showWaiting();
  }
  return fresh;
}

function showWaiting() {
  const pill = document.querySelector("[data-newer]");
  pill.hidden = waiting === 0;
  pill.textContent = waiting === 1 ? "1 new message ↓" : `${waiting} new messages ↓`;
}

async function showOlder(button) {
  button.disabled = true;
  const { conversation, thread } = document.getElementById("talk").dataset;
  const query = new URLSearchParams({ conversation, thread, before: button.dataset.older });
  try {
    const answer = await fetch(`/older?${query}`);
    if (!answer.ok) throw new Error(String(answer.status));
    const found = nodes(await answer.text());
    const list = log(), height = list.scrollHeight, top = list.scrollTop;
    // What comes brings its own button where there is still more.
    button.replaceWith(found);
    arrange();
    list.scrollTop = top + list.scrollHeight - height;
  } catch {
    button.disabled = false;
    button.textContent = "Not loaded. Try again";
  }
}

export function step(direction) {
  const all = messages();
  if (!all.length) return;
  const current = all.indexOf(document.activeElement.closest?.(".message"));
  const next = current < 0 ? (direction > 0 ? 0 : all.length - 1) : current + direction;
  const target = all[Math.min(Math.max(next, 0), all.length - 1)];
  target.focus();
  target.scrollIntoView({ block: "nearest" });
}

export function readyLog() {
  arrange();
  const mark = log().querySelector("[data-new-mark]");
  if (mark) mark.scrollIntoView({ block: "center" });
  else toEnd();
  stuck = atEnd();
  const list = log();
  list.addEventListener("scroll", () => {
    stuck = atEnd();
    if (waiting && stuck) toEnd();
  }, { passive: true });
  // Who stands at the end stays there while pictures load and the field below grows.
  const stay = () => stuck && toEnd();
  list.addEventListener("load", stay, true);
  watcher.disconnect();
  watcher.observe(list);
}

const watcher = new ResizeObserver(() => stuck && toEnd());

export function startLog() {
  readyLog();
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-older], [data-newer], [data-dismiss], [data-show-all]");
    if (!button) return;
    if ("older" in button.dataset) showOlder(button);
    else if ("newer" in button.dataset) toEnd();
    else if ("dismiss" in button.dataset) {
      button.closest(".message").remove();
      arrange();
    } else showAll(button);
  });
}

function showAll(button) {
  const open = button.closest("[data-long]").classList.toggle("open");
  button.setAttribute("aria-expanded", String(open));
  button.textContent = open ? "Show less" : "Show all";
}
