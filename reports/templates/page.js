"use strict";
(async () => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const make = (tag, text, attributes = {}) => {
    const node = document.createElement(tag);
    if (text) node.textContent = text;
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    return node;
  };
  const MANY = 12;
  const texts = JSON.parse(document.body.dataset.texts);
  const say = (key, values = {}) => texts[key].replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  // Deflated, for they are most of the page; a browser too old for it keeps the note that says where the rows are.
  const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%:()*+-;.=,?@^_`{|}~";
  const fromBase85 = (text) => {
    const bytes = new Uint8Array(Math.ceil(text.length / 5) * 4);
    const view = new DataView(bytes.buffer);
    const worth = new Uint8Array(128);
    for (let at = 0; at < 85; at += 1) worth[DIGITS.charCodeAt(at)] = at;
    for (let at = 0; at < text.length; at += 5) {
      let sum = 0;
      for (let step = 0; step < 5; step += 1) sum = sum * 85 + (at + step < text.length ? worth[text.charCodeAt(at + step)] : 84);
      view.setUint32((at / 5) * 4, sum);
    }
    return bytes.subarray(0, Math.floor((text.length * 4) / 5));
  };
  const unpack = async () => {
    const text = document.getElementById("rows").textContent;
    if (!text || !window.DecompressionStream) return {};
    const bytes = fromBase85(text);
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return JSON.parse(await new Response(stream).text());
  };
  const hiddenRows = await unpack();

  // Rows beyond the first wait as columns of data until somebody asks for them.
  const cellOf = (column, row) => (Array.isArray(column) ? column[row] : column.v[column.i[row]]);
  const lengthOf = (columns) => (Array.isArray(columns[0]) ? columns[0] : columns[0].i).length;
  const SVG = "http://www.w3.org/2000/svg";
  const drawing = (marks) => {
    const [low, high, value, zero, limit] = marks.split(",");
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("class", "range");
    svg.setAttribute("aria-hidden", "true");
    const path = (steps, kind) => {
      const node = document.createElementNS(SVG, "path");
      node.setAttribute("d", steps);
      if (kind) node.setAttribute("class", kind);
      svg.append(node);
    };
    if (zero) path(`M${zero} 3V15`, "z");
    if (limit) path(`M${limit} 1V17`, "t");
    if (low) path(`M${low} 9H${high}`);
    path(`M${value} 9h0`);
    return svg;
  };
  const scoreLine = ([label, value, marks, interval, n]) => {
    const line = make("tr");
    line.append(make("th", label, { scope: "row" }));
    if (!marks) {
      const cell = make("td", "", { colspan: "4", class: "missing" });
      cell.append(make("span", say("not-measured"), { class: "status" }), ` ${interval}`);
      line.append(cell);
      return line;
    }
    const drawn = make("td");
    drawn.append(drawing(marks));
    line.append(make("td", value), drawn, make("td", interval), make("td", n));
    return line;
  };
  const tableLine = (cells) => {
    const line = make("tr");
    line.append(...cells.map((text) => make("td", text)));
    return line;
  };
  const waiting = (table) => document.querySelector(`.more[data-table="${table.id}"]`);
  const addRows = (table) => {
    const columns = hiddenRows[table.id];
    if (!columns) return;
    delete hiddenRows[table.id];
    const scores = table.tagName === "TBODY";
    const added = document.createDocumentFragment();
    for (let row = 0; row < lengthOf(columns); row += 1) {
      const cells = columns.map((column) => cellOf(column, row));
      added.append(scores ? scoreLine(cells) : tableLine(cells));
    }
    const note = waiting(table);
    if (scores) {
      note.parentElement.replaceWith(added);
      return;
    }
    table.tBodies[0].append(added);
    note.textContent = say("all-rows", { count: table.tBodies[0].rows.length });
  };
  const offerRows = (root) => {
    for (const note of all(".more", root)) {
      const table = document.getElementById(note.dataset.table);
      if (!hiddenRows[table.id]) continue;
      const button = make("button", say("show-more", { count: note.dataset.more }), { type: "button" });
      button.addEventListener("click", () => { addRows(table); table.closest(".scroll").focus(); });
      note.append(" ", button);
    }
  };

  // Sorting: numbers by value, texts by alphabet, what is missing last.
  const value = (cell) => {
    if (!cell) return "";
    const text = cell.textContent.trim();
    const plain = document.documentElement.lang === "de" ? text.replaceAll("\u202f", "").replace(",", ".") : text.replaceAll(",", "");
    const number = Number(plain.replace("\u2212", "-"));
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
  const equip = (table) => {
    all("thead th", table).forEach((heading, column) => {
      const button = make("button", heading.textContent, { type: "button" });
      heading.replaceChildren(button);
      button.addEventListener("click", () => sortBy(table, column, heading));
    });
    if (table.tBodies[0].rows.length <= MANY) return;
    const tools = make("div", "", { class: "tools" });
    const label = make("label", `${say("filter")} `);
    const input = make("input", "", { type: "search", autocomplete: "off" });
    const count = make("span", "", { role: "status" });
    input.addEventListener("input", () => {
      const shown = filter(table, input.value);
      count.textContent = input.value ? say("shown", { count: shown }) : "";
    });
    label.append(input);
    tools.append(count, label);
    const title = document.getElementById(`${table.id}-title`);
    const head = make("div", "", { class: "table-tools" });
    title.before(head);
    head.append(title, tools);
  };
  const equipAll = (root) => {
    offerRows(root);
    all("table[id]", root).forEach(equip);
    all(".later[data-part]", root).forEach(prepare);
  };

  // The charts and tables of a folded part are laid out when it is opened. They come from the same escaping templates as
  // the page, and its policy holds for them: no script, no handler.
  const layOut = (part) => {
    const html = hiddenRows[part.dataset.part];
    if (html === undefined) return;
    const holder = make("template");
    holder.innerHTML = html;
    delete hiddenRows[part.dataset.part];
    part.removeAttribute("data-part");
    part.replaceChildren(holder.content);
    equipAll(part);
  };
  const layOutAll = (root) => {
    for (let parts; (parts = all(".later[data-part]", root).filter((part) => part.dataset.part in hiddenRows)).length;) parts.forEach(layOut);
  };
  const prepare = (part) => {
    const fold = part.closest("details");
    if (!fold || fold.open) { layOut(part); return; }
    fold.addEventListener("toggle", () => { if (fold.open) layOut(part); });
    fold.querySelector("summary").addEventListener("click", () => layOut(part));
  };
  equipAll(document);

  // Findings by severity, code and words.
  const findings = all(".finding");
  const present = (list, names) => names.filter((name) => list.some((item) => item === name));
  const severities = present(findings.map((item) => item.dataset.severity), ["high", "medium", "low", "info"]);
  const codes = [...new Set(findings.map((item) => item.dataset.code))];
  if (findings.length > 3) {
    const off = new Set();
    const tools = make("div", "", { class: "tools", role: "search", "aria-label": say("findings") });
    const code = make("select");
    code.append(make("option", say("all-codes"), { value: "" }), ...codes.map((name) => make("option", name, { value: name })));
    const words = make("input", "", { type: "search", autocomplete: "off" });
    const count = make("span", "", { role: "status" });
    const apply = () => {
      const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const item of findings) {
        const text = wanted.length ? item.textContent.toLowerCase() : "";
        const fits = !off.has(item.dataset.severity) && (!code.value || item.dataset.code === code.value)
          && wanted.every((word) => text.includes(word));
        item.classList.toggle("hidden", !fits);
        shown += fits;
      }
      for (const item of all(".rest")) item.classList.toggle("hidden", code.value !== "" && item.dataset.code !== code.value);
      count.textContent = shown < findings.length ? say("shown-of", { count: shown, total: findings.length }) : "";
    };
    if (severities.length > 1) for (const name of severities) {
      const button = make("button", say(`severity-${name}`), { type: "button", "aria-pressed": "true" });
      button.addEventListener("click", () => {
        const on = off.delete(name) || !off.add(name);
        button.setAttribute("aria-pressed", String(on));
        apply();
      });
      tools.append(button);
    }
    const labelled = (name, control) => { const label = make("label", `${name} `); label.append(control); return label; };
    if (codes.length > 1) tools.append(labelled(say("code"), code));
    tools.append(labelled(say("search"), words), count);
    code.addEventListener("change", apply);
    words.addEventListener("input", apply);
    findings[0].before(tools);
  }
  // Within the findings, j and k lead to the next and the last one.
  document.addEventListener("keydown", (event) => {
    const step = { j: 1, k: -1 }[event.key];
    const here = document.activeElement.closest(".finding");
    if (!step || !here || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, select")) return;
    const shown = findings.filter((item) => !item.classList.contains("hidden"));
    const next = shown[shown.indexOf(here) + step];
    if (next) next.focus();
  });

  // A document's card opens in place; without this script the link jumps to it.
  const dialog = document.getElementById("card");
  const openCard = (card) => {
    layOutAll(card);
    const copy = card.cloneNode(true);
    for (const node of all("[id]", copy)) node.removeAttribute("id");
    for (const button of all("th button", copy)) button.replaceWith(button.textContent);
    for (const node of all(".tools, .more", copy)) node.remove();
    for (const link of all('a[href^="#"]', copy)) link.addEventListener("click", () => dialog.close());
    const head = make("div", "", { class: "dialog-head" });
    const title = make("p", "");
    title.append(...copy.querySelector("summary").childNodes);
    const close = make("button", say("close"), { type: "button" });
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

  // On a phone the contents close once a section was chosen.
  const contents = document.getElementById("contents-open");
  for (const link of all(".contents a")) link.addEventListener("click", () => { contents.checked = false; });

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

  // Paper shows what is open; whoever wants all of it says so.
  const printAll = make("button", say("print-all"), { type: "button", class: "print-all" });
  printAll.addEventListener("click", () => {
    layOutAll(document);
    const folded = all("details:not([open])");
    for (const item of folded) item.open = true;
    document.body.classList.add("all");
    addEventListener("afterprint", () => {
      for (const item of folded) item.open = false;
      document.body.classList.remove("all");
    }, { once: true });
    window.print();
  });
  document.querySelector("body > footer").append(printAll);

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
