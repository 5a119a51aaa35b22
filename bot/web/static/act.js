// Pressing and sending: every button and form is one intent, one event, one answer.

import { here, newEvent, nodes, tell } from "./state.js";
import { expectAnswer, put } from "./log.js";
import { readyForm } from "./forms.js";
import { showCase, showPane, wide } from "./places.js";

const NO_CONNECTION = "Not sent: there is no connection to the desk. Try again.";

// Posts and returns the answer's JSON; a failure comes back as its `error`, in words.
export async function post(path, data) {
  data.set("_csrf", document.body.dataset.csrf);
  let answer;
  try {
    answer = await fetch(path, { method: "POST", body: data, headers: { Accept: "application/json" } });
  } catch {
    return { error: NO_CONNECTION, failed: true };
  }
  if (answer.status === 401) return location.reload(), { error: "You are signed out.", failed: true };
  const said = await answer.json().catch(() => ({}));
  if (answer.ok) return said;
  return { ...said, failed: true, error: said.error || refused(answer.status) };
}

function refused(status) {
  if (status === 403) return "This page is too old to act. Reload it and try again.";
  if (status === 413) return "Too large: a file may have 25 MB at most.";
  if (status === 429) return "Too many at once. Wait a moment and try again.";
  return "Not saved. Nothing was changed; try again.";
}

function addressed(data, event) {
  const { conversation, thread } = here();
  data.set("_event", event);
  data.set("_conversation", conversation);
  data.set("_thread", thread);
  return data;
}

export async function say(data, event) {
  expectAnswer();
  return take(await post("/say", addressed(data, event)), null);
}

export async function act(intent, { source = null, data = new FormData() } = {}) {
  const holder = source ?? document.body;
  if (holder.getAttribute("aria-busy") === "true") return null;
  // Kept on the element until it was heard, so that pressing again after a failure is the same event.
  const event = source ? (source.dataset.event ??= newEvent()) : newEvent();
  data.set("_intent", intent);
  holder.setAttribute("aria-busy", "true");
  expectAnswer();
  const answer = await post("/act", addressed(data, event));
  holder.removeAttribute("aria-busy");
  if (!answer.failed && source) delete source.dataset.event;
  return take(answer, source?.matches("form") ? source : null, source);
}

// Puts an answer where it belongs: forms beside the conversation, everything else into it.
function take(answer, form, source = null) {
  if (answer.error) {
    problem(form ?? source, answer.error);
    if (answer.failed) return answer;
  }
  const messages = (answer.messages ?? []).join("");
  if (answer.form) {
    showForm(answer.form, form);
  } else if (form?.matches("[data-ask]") && answer.accepted === false) {
    const held = form.closest(".sheet")?.querySelector("[data-answers]");
    if (held && messages) {
      held.replaceChildren(nodes(messages));
      held.scrollIntoView({ block: "start" });
      return answer;
    }
  } else if (form?.matches("[data-ask]")) closeSheet();
  if (messages) {
    put(messages);
    if (!answer.form) showPane("conversation");
    tell("The desk answered.");
  }
  if (answer.case) showCase(answer.case, { pane: false });
  return answer;
}

function problem(near, words) {
  const place = near?.querySelector?.("[data-problem]") ?? beside(near);
  place.textContent = words;
  place.hidden = false;
}

function beside(near) {
  const row = near?.closest(".buttons");
  if (!row) return document.querySelector("[data-say] [data-problem]");
  const known = row.nextElementSibling;
  if (known?.matches("[data-problem]")) return known;
  const line = document.createElement("p");
  line.className = "problem";
  line.dataset.problem = "";
  line.setAttribute("role", "alert");
  row.after(line);
  return line;
}

export function clearProblem(near) {
  const place = near?.querySelector?.("[data-problem]");
  if (place) place.hidden = true;
  const known = near?.closest?.(".buttons")?.nextElementSibling;
  if (known?.matches("[data-problem]")) known.remove();
}

function showForm(html, before) {
  expectAnswer(false);
  const sheet = document.getElementById("sheet");
  const fresh = nodes(html);
  const chosen = before?.isConnected ? [...before.querySelectorAll('input[type="file"]')] : [];
  for (const input of chosen) {
    // A file input cannot be filled by a script, so the one that holds the files moves over.
    fresh.getElementById(input.id)?.replaceWith(input);
  }
  sheet.replaceChildren(fresh);
  readyForm(sheet);
  showPane("focus");
  document.getElementById("side").scrollTop = 0;
  const wrong = sheet.querySelector('[aria-invalid="true"], fieldset:has(.wrong) input');
  const first = wrong ?? sheet.querySelector("input:not([type=hidden], :disabled), select, textarea");
  first?.focus({ preventScroll: !wrong });
}

export function closeSheet() {
  const sheet = document.getElementById("sheet");
  if (!sheet.childElementCount) return false;
  sheet.replaceChildren();
  if (!wide()) showPane("conversation");
  else document.querySelector("[data-say] textarea").focus();
  return true;
}

// Asks before a button that asks; resolves to whether to go on.
export function sure({ question, yes, no }) {
  const dialog = document.getElementById("confirm");
  for (const [part, words] of Object.entries({ question, yes, no })) {
    dialog.querySelector(`[data-${part}]`).textContent = words;
  }
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

async function press(button) {
  const { intent, question, yes, no } = button.dataset;
  button.closest("details.menu")?.removeAttribute("open");
  if (question && !(await sure({ question, yes, no }))) return;
  clearProblem(button);
  await act(intent, { source: button });
}

// A menu opens to where there is room for it.
function place(menu) {
  const list = menu.querySelector(".menu-list");
  const pane = menu.closest(".log, .side").getBoundingClientRect();
  list.classList.remove("above", "onward");
  const box = list.getBoundingClientRect();
  const above = menu.getBoundingClientRect().top - pane.top;
  list.classList.toggle("above", box.bottom > pane.bottom && box.height + 8 < above);
  list.classList.toggle("onward", box.left < pane.left);
  list.scrollIntoView({ block: "nearest" });
}

export function startActs() {
  // Nothing of it bubbles, so it is caught on its way down.
  document.addEventListener("toggle", ({ target }) => {
    if (target.matches("details.menu[open]")) place(target);
  }, true);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-intent]");
    if (button) press(button);
    else if (event.target.closest("[data-close-sheet]")) closeSheet();
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.removeAttribute("open");
    }
  });
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-ask], [data-search]");
    if (!form) return;
    event.preventDefault();
    const words = form.matches("[data-search]") ? form.elements.words.value.trim() : "-";
    if (!words) return;
    clearProblem(form);
    act(form.dataset.intent, { source: form, data: new FormData(form) }).then((answer) => {
      if (answer && !answer.failed) form.querySelector('[name="words"]')?.select();
    });
  });
}
