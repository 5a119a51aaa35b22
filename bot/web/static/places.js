// Moving about: conversations, threads, the case in focus, and the panes of a narrow screen.

import { readyLog } from "./log.js";
import { follow } from "./live.js";
import { readySay } from "./say.js";
import { here, nodes, tell } from "./state.js";

const NARROW = matchMedia("(max-width: 899px)");
export const wide = () => !NARROW.matches;

export function showPane(name) {
  document.body.dataset.pane = name;
  for (const tab of document.querySelectorAll("[data-show]")) {
    if (tab.dataset.show === name) tab.setAttribute("aria-current", "true");
    else tab.removeAttribute("aria-current");
  }
}

function address(conversation, thread, number) {
  const query = new URLSearchParams();
  if (thread) query.set("thread", thread);
  if (number) query.set("case", number);
  const path = encodeURIComponent(conversation).replaceAll("%3A", ":");
  return `/c/${path}${query.size ? `?${query}` : ""}`;
}

async function fragment(url, name) {
  const answer = await fetch(url, { headers: { "X-Fragment": name } });
  if (answer.redirected || !answer.ok) throw new Error(String(answer.status));
  return nodes(await answer.text());
}

const held = () => document.querySelector("[data-held]")?.dataset.held ?? "";

export async function go(conversation, thread = "", { push = true } = {}) {
  const url = address(conversation, thread, held());
  try {
    const found = await fragment(url, "conversation");
    document.getElementById("middle").replaceChildren(found);
  } catch {
    location.assign(url);
    return;
  }
  if (push) history.pushState(null, "", url);
  const { conversation: arrived } = here();
  for (const place of document.querySelectorAll("[data-place]")) {
    if (place.dataset.place === arrived) place.setAttribute("aria-current", "page");
    else place.removeAttribute("aria-current");
  }
  document.title = `${document.querySelector(".talk-name h1").textContent} · Partnerdesk`;
  showPane("conversation");
  readyLog();
  readySay();
  follow();
  tell(document.getElementById("talk").getAttribute("aria-label"));
}

export async function showCase(number, { pane = true } = {}) {
  const { conversation, thread } = here();
  const url = address(conversation, thread, number);
  try {
    document.getElementById("focus").replaceChildren(await fragment(url, "focus"));
  } catch {
    return;
  }
  history.replaceState(null, "", url);
  if (pane) showPane("focus");
}

// A case changed somewhere: what is shown of it is fetched again, wherever one stands in it.
export function refresh(number) {
  if (held() === String(number)) showCase(number, { pane: false });
}

export function startPlaces() {
  document.addEventListener("click", (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    const link = event.target.closest("[data-place], [data-place-link], [data-thread-link], [data-case]");
    const tab = event.target.closest("[data-show]");
    if (tab) showPane(tab.dataset.show);
    if (!link) return;
    event.preventDefault();
    const { conversation } = here();
    if (link.dataset.place) go(link.dataset.place);
    else if (link.dataset.threadLink) go(conversation, link.dataset.threadLink);
    else if (link.dataset.case) showCase(link.dataset.case);
    else go(conversation);
  });
  addEventListener("popstate", () => {
    const conversation = decodeURIComponent(location.pathname.replace(/^\/c\//, ""));
    go(conversation, new URLSearchParams(location.search).get("thread") ?? "", { push: false });
  });
}
