// Forms: options that follow another field, filters, what is left of a limit, and chosen files.

export const MOST_BYTES = 25_000_000;
const SHOWN_FROM = 0.8;

export function readyForm(root) {
  for (const field of root.querySelectorAll("[data-depends-on]")) follow(field);
  for (const select of root.querySelectorAll("select")) help(select);
  for (const input of root.querySelectorAll("[data-most]")) count(input);
  for (const input of root.querySelectorAll('input[type="file"]')) listFiles(input);
}

// Shows the options of the group that the other field names, and only lets those be sent.
function follow(field) {
  const form = field.closest("form");
  const chosen = new FormData(form).get(field.dataset.dependsOn) ?? "";
  let open = 0;
  for (const option of field.querySelectorAll("[data-group]")) {
    const fits = option.dataset.group === "" || option.dataset.group === chosen;
    const input = option.querySelector("input") ?? option;
    option.hidden = !fits;
    input.disabled = !fits;
    if (!fits) input.checked = input.selected = false;
    open += fits;
  }
  const none = field.querySelector("[data-no-choice]");
  if (none) none.hidden = open > 0;
}

// What the chosen option means, under the choice.
function help(select) {
  const line = select.closest("[data-field]").querySelector("[data-chosen-help]");
  if (line) line.textContent = select.selectedOptions[0]?.dataset.help ?? "";
}

function filter(input) {
  const words = input.value.trim().toLowerCase();
  const field = input.closest("[data-field]");
  let open = 0;
  for (const choice of field.querySelectorAll(".choice")) {
    choice.hidden = !choice.textContent.toLowerCase().includes(words) && !choice.querySelector(":checked");
    open += !choice.hidden;
  }
  field.querySelector("[data-no-choice]").hidden = open > 0;
}

function count(input) {
  const most = Number(input.dataset.most);
  const used = [...input.value].length;
  const line = input.closest("[data-field]").querySelector("[data-left-over]");
  line.hidden = used < most * SHOWN_FROM;
  line.classList.toggle("over-most", used > most);
  line.textContent = used > most ? `${used - most} characters too many` : `${most - used} characters left`;
}

export function readable(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

export function listFiles(input) {
  const list = input.closest("form").querySelector("[data-chosen]");
  if (!list) return;
  list.replaceChildren(...[...input.files].map((file, index) => line(input, file, index)));
  list.hidden = input.files.length === 0;
}

function line(input, file, index) {
  const item = document.createElement("li");
  const large = file.size > MOST_BYTES;
  item.classList.toggle("too-large", large);
  item.append(`${file.name}, ${readable(file.size)}${large ? ": larger than 25 MB, it will not be sent" : ""}`);
  const drop = document.createElement("button");
  drop.type = "button";
  drop.textContent = "×";
  drop.setAttribute("aria-label", `Do not send ${file.name}`);
  drop.addEventListener("click", () => setFiles(input, [...input.files].filter((_, i) => i !== index)));
  item.append(drop);
  return item;
}

export function setFiles(input, files) {
  const held = new DataTransfer();
  for (const file of files) held.items.add(file);
  input.files = held.files;
  listFiles(input);
}

export function startForms() {
  document.addEventListener("input", ({ target }) => {
    if (target.matches("[data-most]")) count(target);
    if (target.matches("[data-filter]")) filter(target);
  });
  document.addEventListener("change", ({ target }) => {
    if (target.matches('input[type="file"]')) listFiles(target);
    if (target.matches(".ask select")) help(target);
    if (!target.name || !target.form?.matches("[data-ask]")) return;
    for (const field of target.form.querySelectorAll("[data-depends-on]")) {
      if (field.dataset.dependsOn === target.name) follow(field);
    }
  });
}
