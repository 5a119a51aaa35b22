// The keyboard: every action of the page without a mouse.

import { closeSheet } from "./act.js";
import { step } from "./log.js";
import { go, showCase, showPane } from "./places.js";
import { editOwn } from "./say.js";
import { here } from "./state.js";

const TYPING = "input:not([type=radio], [type=checkbox], [type=file]), textarea, select, [contenteditable]";

const KEYS = {
  "/": () => {
    showPane("places");
    document.querySelector("[data-search] input").focus();
  },
  c: () => document.querySelector(".first-steps button").click(),
  j: () => step(1),
  k: () => step(-1),
  r: () => {
    showPane("conversation");
    document.querySelector("[data-say] textarea").focus();
  },
  e: () => editOwn(document.activeElement.closest(".message")),
  "?": () => document.getElementById("keys").showModal(),
};

function enter(event) {
  const message = event.target;
  if (!message.matches(".message")) return;
  event.preventDefault();
  const card = message.querySelector("[data-card-case]");
  if (card) showCase(card.dataset.cardCase);
  else if (!here().thread && !message.matches(".only-you")) go(here().conversation, message.dataset.id);
}

function escape(target) {
  const menu = document.querySelector("details.menu[open]");
  if (menu) {
    menu.removeAttribute("open");
    menu.querySelector("summary").focus();
  } else if (closeSheet()) {
    // The form was what stood open.
  } else if (target.matches(TYPING)) {
    target.blur();
    if (target.closest(".places")) showPane("conversation");
  } else if (here().thread) go(here().conversation);
  else showPane("conversation");
}

export function startKeys() {
  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (document.querySelector("dialog[open]")) return;
    if (key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const form = target.closest("form");
      if (form) event.preventDefault(), form.requestSubmit();
    } else if (key === "Escape") escape(target);
    else if (event.ctrlKey || event.metaKey || event.altKey || target.matches(TYPING)) return;
    else if (key === "Enter") enter(event);
    else if (KEYS[key]) {
      event.preventDefault();
      KEYS[key]();
    }
  });
  document.addEventListener("click", ({ target }) => {
    if (target.closest("[data-keys]")) KEYS["?"]();
  });
}
