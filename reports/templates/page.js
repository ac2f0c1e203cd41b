"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const make = (tag, text, attributes = {}) => {
    const node = document.createElement(tag);
    if (text) node.textContent = text;
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    return node;
  };
  const MANY = 12;
  const hiddenRows = JSON.parse(document.getElementById("rows").textContent);

  // Rows beyond the first hundred wait as data until somebody asks for them.
  const addRows = (table) => {
    const rows = hiddenRows[table.id];
    if (!rows) return;
    delete hiddenRows[table.id];
    const numeric = all("thead th", table).map((cell) => cell.classList.contains("number"));
    for (const row of rows) {
      const line = table.tBodies[0].insertRow();
      row.forEach((text, column) => {
        const cell = line.insertCell();
        cell.textContent = text;
        if (numeric[column]) cell.className = "number";
      });
    }
    const note = document.querySelector(`.more[data-table="${table.id}"]`);
    if (note) note.textContent = `All ${table.tBodies[0].rows.length} rows that the page holds.`;
  };
  for (const note of all(".more")) {
    const table = document.getElementById(note.dataset.table);
    const button = make("button", `Show ${hiddenRows[table.id].length} more rows`, { type: "button" });
    button.addEventListener("click", () => { addRows(table); table.parentElement.focus(); });
    note.append(button);
  }

  // Sorting: numbers by value, texts by alphabet, what is missing last.
  const value = (cell) => {
    if (!cell) return "";
    if (cell.dataset.value) return Number(cell.dataset.value);
    const text = cell.textContent.trim();
    const number = Number(text.replaceAll(",", "").replace("\u2212", "-"));
    return text !== "" && Number.isFinite(number) ? number : text === "\u2013" ? "" : text;
  };
  const compare = (a, b) => {
    if (a === "" || b === "") return (a === "") - (b === "");
    if (typeof a === typeof b) return typeof a === "number" ? a - b : a.localeCompare(b);
    return typeof a === "number" ? -1 : 1;
  };
  const sortBy = (table, column, heading) => {
    addRows(table);
    const down = heading.getAttribute("aria-sort") === "ascending";
    for (const cell of all("thead th", table)) cell.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", down ? "descending" : "ascending");
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row) => ({ row, key: value(row.cells[column]) }));
    rows.sort((a, b) => (a.key === "" || b.key === "" ? compare(a.key, b.key) : (down ? -1 : 1) * compare(a.key, b.key)));
    body.append(...rows.map((item) => item.row));
  };
  const filter = (table, words) => {
    addRows(table);
    const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of table.tBodies[0].rows) {
      const text = row.textContent.toLowerCase();
      const fits = wanted.every((word) => text.includes(word));
      row.classList.toggle("hidden", !fits);
      shown += fits;
    }
    return shown;
  };
  for (const table of all("table[id]")) {
    all("thead th", table).forEach((heading, column) => {
      const button = make("button", heading.textContent, { type: "button" });
      heading.replaceChildren(button);
      button.addEventListener("click", () => sortBy(table, column, heading));
    });
    if (table.tBodies[0].rows.length <= MANY) continue;
    const tools = make("div", "", { class: "tools" });
    const label = make("label", "Filter ");
    const input = make("input", "", { type: "search", autocomplete: "off" });
    const count = make("span", "", { role: "status" });
    input.addEventListener("input", () => {
      const shown = filter(table, input.value);
      count.textContent = input.value ? `${shown} shown` : "";
    });
    label.append(input);
    tools.append(count, label);
    const title = document.getElementById(`${table.id}-title`);
    const head = make("div", "", { class: "table-tools" });
    title.before(head);
    head.append(title, tools);
  }

  // Findings by severity.
  const findings = all(".finding");
  const present = ["high", "medium", "low", "info"].filter((name) => findings.some((item) => item.dataset.severity === name));
  if (findings.length > 3 && present.length > 1) {
    const tools = make("div", "", { class: "tools", role: "group", "aria-label": "Show findings of severity" });
    tools.append(make("span", "Show"));
    for (const name of present) {
      const button = make("button", name, { type: "button", "aria-pressed": "true" });
      button.addEventListener("click", () => {
        const on = button.getAttribute("aria-pressed") !== "true";
        button.setAttribute("aria-pressed", String(on));
        for (const item of findings) if (item.dataset.severity === name) item.classList.toggle("hidden", !on);
      });
      tools.append(button);
    }
    findings[0].before(tools);
  }

  // A document's card opens in place; without this script the link jumps to it.
  const dialog = document.getElementById("card");
  const openCard = (card) => {
    const copy = card.cloneNode(true);
    for (const node of all("[id]", copy)) node.removeAttribute("id");
    for (const button of all("th button", copy)) button.replaceWith(button.textContent);
    for (const node of all(".tools, .more", copy)) node.remove();
    for (const link of all('a[href^="#"]', copy)) link.addEventListener("click", () => dialog.close());
    const head = make("div", "", { class: "dialog-head" });
    const title = make("p", "");
    title.append(...copy.querySelector("summary").childNodes);
    const close = make("button", "Close", { type: "button" });
    close.addEventListener("click", () => dialog.close());
    head.append(title, close);
    copy.querySelector("summary").remove();
    dialog.replaceChildren(head, ...copy.childNodes);
    dialog.showModal();
    dialog.scrollTop = 0;
  };
  document.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
    const link = event.target.closest && event.target.closest('a.id[href^="#document-"]');
    const card = link && document.getElementById(link.getAttribute("href").slice(1));
    if (!card || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    openCard(card);
  });

  // What a link leads to must not stay folded or filtered away.
  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    target.classList.remove("hidden");
    for (let node = target; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
    if (target.matches(".finding")) target.focus({ preventScroll: true });
  };
  addEventListener("hashchange", reveal);
  reveal();

  // Paper cannot be clicked.
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = all("details:not([open])");
    for (const item of folded) item.open = true;
  });
  addEventListener("afterprint", () => { for (const item of folded) item.open = false; });

  // Where the reader is.
  const links = new Map(all(".contents a").map((link) => [link.getAttribute("href").slice(1), link]));
  const seen = new Set();
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) seen[entry.isIntersecting ? "add" : "delete"](entry.target.id);
    const first = [...links.keys()].find((name) => seen.has(name));
    for (const [name, link] of links) {
      if (name === first) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }, { rootMargin: "-10% 0px -60% 0px" });
  for (const name of links.keys()) watcher.observe(document.getElementById(name));
})();
