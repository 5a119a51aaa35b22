// Writing: drafts that survive a reload, files, and changing what one said.

import { clearProblem, post, say, sure } from "./act.js";
import { MOST_BYTES, listFiles, setFiles } from "./forms.js";
import { put } from "./log.js";
import { keep, kept, newEvent } from "./state.js";

const composer = () => document.querySelector("[data-say]");
const draftKey = (form) => `draft:${form.dataset.key}`;

async function send(form) {
  const text = form.elements.text, files = form.elements.files;
  const fitting = [...files.files].filter((file) => file.size <= MOST_BYTES);
  if (!text.value.trim() && !fitting.length) return text.focus();
  if (form.getAttribute("aria-busy") === "true") return;
  const data = new FormData();
  data.set("text", text.value);
  for (const file of fitting) data.append("files", file);
  clearProblem(form);
  form.setAttribute("aria-busy", "true");
  const event = (form.dataset.event ??= newEvent());
  const sent = text.value;
  const answer = await say(data, event);
  form.removeAttribute("aria-busy");
  if (answer.failed) return;
  delete form.dataset.event;
  // What was typed while it was on its way stays.
  text.value = text.value.startsWith(sent) ? text.value.slice(sent.length).trimStart() : text.value;
  setFiles(files, []);
  keep(draftKey(form), text.value);
  fit(text);
}

// Where the browser does not size a text area by its content, the page does.
function fit(area) {
  if (CSS.supports("field-sizing", "content")) return;
  area.rows = Math.min(Math.max(area.value.split("\n").length, 1), 12);
}

export function readySay() {
  const form = composer();
  form.elements.text.value = kept(draftKey(form));
  fit(form.elements.text);
  listFiles(form.elements.files);
}

function edit(message) {
  if (message.querySelector("[data-editing]")) return;
  const shown = message.querySelector("[data-text]");
  const form = document.createElement("form");
  form.className = "editing";
  form.dataset.editing = "";
  const area = document.createElement("textarea");
  area.name = "text";
  area.value = shown.textContent;
  area.setAttribute("aria-label", "Change the message");
  const row = document.createElement("div");
  row.className = "buttons";
  row.append(button("Save", "primary", "submit"), button("Cancel", "quiet", "button"));
  const problem = document.createElement("p");
  problem.className = "problem";
  problem.dataset.problem = "";
  problem.hidden = true;
  problem.setAttribute("role", "alert");
  form.append(area, row, problem);
  const close = () => {
    form.remove();
    shown.hidden = false;
    message.focus();
  };
  row.lastChild.addEventListener("click", close);
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") event.stopPropagation(), close();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const data = new FormData(form);
    data.set("_event", newEvent());
    const answer = await post(`/message/${encodeURIComponent(message.dataset.id)}/edit`, data);
    problem.textContent = answer.error ?? "";
    problem.hidden = !answer.error;
    if (answer.failed) return;
    close();
    put((answer.messages ?? []).join(""));
  });
  shown.hidden = true;
  shown.after(form);
  area.focus();
}

function button(words, style, type) {
  const made = document.createElement("button");
  made.type = type;
  made.className = style;
  made.textContent = words;
  return made;
}

async function remove(message) {
  const yes = await sure({ question: "Delete this message for everybody?", yes: "Delete it", no: "Keep it" });
  if (!yes) return;
  const data = new FormData();
  data.set("_event", newEvent());
  const answer = await post(`/message/${encodeURIComponent(message.dataset.id)}/delete`, data);
  if (!answer.failed) put((answer.messages ?? []).join(""));
  else {
    const place = composer().querySelector("[data-problem]");
    place.textContent = answer.error;
    place.hidden = false;
  }
}

export function editOwn(message) {
  if (message?.matches(".mine") && message.querySelector("[data-edit]")) edit(message);
}

export function startSay() {
  readySay();
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-say]")) return;
    event.preventDefault();
    send(event.target);
  });
  document.addEventListener("input", ({ target }) => {
    const form = target.closest("[data-say]");
    if (!form) return;
    delete form.dataset.event;
    keep(draftKey(form), target.value);
    fit(target);
  });
  document.addEventListener("click", ({ target }) => {
    const message = target.closest(".message");
    if (target.closest("[data-edit]")) edit(message);
    if (target.closest("[data-delete]")) remove(message);
  });
  document.addEventListener("paste", (event) => take(event, event.clipboardData));
  document.addEventListener("dragover", (event) => {
    if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    if (event.dataTransfer?.files.length) take(event, event.dataTransfer);
  });
}

// Files that are pasted or dropped join those of the form they fall on, or of the composer.
function take(event, held) {
  if (!held?.files.length) return;
  const form = event.target.closest?.("form") ?? composer();
  const input = form.querySelector('input[type="file"]') ?? composer().elements.files;
  event.preventDefault();
  setFiles(input, [...input.files, ...held.files]);
}
