// In the page: draws each card, and tells what came of it.
"use strict";

function drawn([cards, host]) {
  const found = {};
  const markdown = window.markdownit({ linkify: true, breaks: true });
  AdaptiveCards.AdaptiveCard.onProcessMarkdown = (text, result) => {
    result.outputHtml = markdown.render(text);
    result.didProcess = true;
  };
  for (const [name, source] of Object.entries(cards)) {
    const heading = document.createElement("h1");
    heading.textContent = name;
    const card = new AdaptiveCards.AdaptiveCard();
    card.hostConfig = new AdaptiveCards.HostConfig(host);
    card.parse(source);
    const element = card.render();
    element.classList.add("card");
    document.body.append(heading, element);
    for (const entity of source.msteams.entities || []) mention(element, entity.text);
    found[name] = {
      text: element.innerText,
      links: [...element.querySelectorAll("a")].map((a) => a.getAttribute("href")),
      tags: [...new Set([...element.querySelectorAll("*")].map((e) => e.tagName.toLowerCase()))],
    };
  }
  return found;
}

// Teams shows a mention by its name.
function mention(element, sign) {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const nodes = [];
  while (walker.nextNode()) if (walker.currentNode.data.includes(sign)) nodes.push(walker.currentNode);
  for (let text of nodes) {
    for (let at; (at = text.data.indexOf(sign)) >= 0; ) {
      const rest = text.splitText(at);
      text = rest.splitText(sign.length);
      const named = document.createElement("span");
      named.className = "mention";
      named.textContent = sign.slice(4, -5);
      rest.replaceWith(named);
    }
  }
}
