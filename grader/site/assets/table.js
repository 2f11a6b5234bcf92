"use strict";
// The table of students: searched, filtered, sorted and shown a page at a time, so that a class of
// ten thousand costs no more layout than one of fifty. All text enters as text, never as markup.
(() => {
  const PAGE = 50;
  const NOTES = [
    [1, "late", "late"],
    [2, "set by staff", "overridden"],
    [4, "needs a look", "odd"],
    [8, "nothing handed in", "absent"],
    [16, "a hand-in is in doubt", "odd"],
  ];
  const SHOWN = {
    full: (row) => row.percent !== null && row.percent >= 100,
    short: (row) => row.percent !== null && row.percent < 100,
    absent: (row) => row.flags & 8,
    late: (row) => row.flags & 1,
    overridden: (row) => row.flags & 2,
    odd: (row) => row.flags & (4 | 16),
  };

  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId("data").textContent);
  // Letters that Unicode does not take apart, and those that people write as two: as the commands
  // have it that look for a student (grader/text.py, grader/gradebook/people.py).
  const LETTERS = {
    ø: "o", ł: "l", đ: "d", ð: "d", þ: "th", æ: "ae", œ: "oe", ı: "i", ħ: "h", ß: "ss",
  };
  const TWO_LETTERS = { ä: "ae", ö: "oe", ü: "ue", å: "aa", ø: "oe" };
  const mapped = (text, letters) => text.replace(/./gu, (letter) => letters[letter] ?? letter);
  const fold = (text) =>
    mapped(text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase(), LETTERS);
  const folds = (text) => [
    fold(text),
    fold(mapped(text.normalize("NFC").toLowerCase(), TWO_LETTERS)),
  ];
  const number = new Intl.NumberFormat("en");
  const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

  const rows = data.rows.map((row, index) => {
    const [name, identifier, other, href, final, percent, scores, failures, flags] = row;
    const text = folds(`${name} ${identifier} ${other}`).join(" ");
    return { index, name, identifier, href, final, percent, scores, failures, flags, text };
  });
  // Comparing names is slow: each gets its place in the alphabet once.
  [...rows].sort((a, b) => collator.compare(a.name, b.name)).forEach((row, i) => (row.place = i));

  const columns = [
    // A slug has no dot, so that no assignment's can be one of these.
    { id: ".name", title: "Name", value: (row) => row.place },
    { id: ".total", title: "Total", value: (row) => row.final, numeric: true },
    ...data.assignments.map(([slug, title, most], i) => ({
      id: slug,
      title,
      most,
      numeric: true,
      assignment: i,
      value: (row) => (row.scores[i] === null ? null : row.scores[i][1]),
    })),
  ];

  const state = { search: "", show: "", check: "", sort: ".name", descending: false, page: 0 };
  let found = rows;

  // ------------------------------------------------------------ building

  const make = (tag, className = "", text = "", attributes = {}) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== "") element.textContent = text;
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  };

  const head = make("tr", "", "", { role: "row", "aria-rowindex": 1 });
  for (const column of columns) {
    const cell = make("th", column.numeric ? "num" : "", "", {
      scope: "col",
      role: "columnheader",
    });
    if (column.assignment !== undefined) cell.classList.add("assignment");
    column.button = make("button", "sort", column.title, { type: "button" });
    column.button.addEventListener("click", () => sortBy(column));
    cell.append(column.button);
    column.cell = cell;
    head.append(cell);
  }
  byId("table").tHead.append(head);

  for (const column of columns) {
    const words = column.numeric ? ["lowest first", "highest first"] : ["A to Z", "Z to A"];
    words.forEach((word, i) => {
      const value = `${i ? "-" : ""}${column.id}`;
      byId("order").append(make("option", "", `${column.title}, ${word}`, { value }));
    });
  }

  let group = null;
  data.checks.forEach(([slug, assignment, title], i) => {
    if (!data.failures[i]) return;
    if (group === null || group.dataset.slug !== slug) {
      group = byId("check").querySelector(`optgroup[data-slug="${CSS.escape(slug)}"]`);
      if (group === null) {
        group = make("optgroup", "", "", { label: assignment, "data-slug": slug });
        byId("check").append(group);
      }
    }
    group.append(make("option", "", `${title} (${data.failures[i]})`, { value: i }));
  });

  const showScore = (value) => String(Math.round(value * 100) / 100);

  // As the students' pages do: what is less than all of the points never shows as 100.
  const showPercent = (value) => {
    const rounded = Math.floor(value + 0.5);
    return `${value < 100 ? Math.min(rounded, 99) : rounded} %`;
  };

  const line = (row, position) => {
    const tr = make("tr", "", "", { role: "row", "aria-rowindex": position + 2 });
    const who = make("th", "who", "", { scope: "row", role: "rowheader" });
    const link = make("a", "", "", { href: row.href, title: row.name });
    link.append(make("bdi", "", row.name));
    who.append(link);
    const notes = NOTES.filter(([bit]) => row.flags & bit);
    if (row.identifier || notes.length) {
      const under = make("span", "under");
      if (row.identifier) under.append(make("bdi", "", row.identifier));
      for (const [, word, name] of notes) under.append(" ", make("span", `note ${name}`, word));
      who.append(under);
    }
    tr.append(who);
    const total = make("td", "total num", "", { role: "cell" });
    if (row.final === null) total.append("–");
    else {
      total.append(make("b", "", showScore(row.final)));
      if (row.percent !== null) total.append(make("span", "of", ` ${showPercent(row.percent)}`));
    }
    tr.append(total);
    for (const column of columns.slice(2)) {
      const entry = row.scores[column.assignment];
      const cell = make("td", "score num", "", { role: "cell" });
      if (entry === null) {
        cell.append(make("span", "none", "–"));
      } else {
        const [status, word] = data.statuses[entry[0]];
        const shown = make("span", status, showScore(entry[1]), {
          title: `${column.title}: ${word}, ${showScore(entry[1])} of ${showScore(column.most)}`,
        });
        cell.append(shown, make("span", "sr", ` ${word}`));
      }
      tr.append(cell);
    }
    return tr;
  };

  // ------------------------------------------------------------ showing

  const select = () => {
    const words = state.search.split(/[\s,;]+/).filter(Boolean).map(folds);
    const shown = SHOWN[state.show];
    const check = state.check === "" ? null : Number(state.check);
    const column = columns.find((each) => each.id === state.sort);
    found = rows.filter(
      (row) =>
        (!shown || shown(row)) &&
        (check === null || row.failures.includes(check)) &&
        words.every((forms) => forms.some((form) => row.text.includes(form))),
    );
    const sign = state.descending ? -1 : 1;
    found.sort((a, b) => {
      const [x, y] = [column.value(a), column.value(b)];
      // Whoever has no score stands last, whichever way the column is sorted.
      if (x === null || y === null) return (x === null) - (y === null) || a.place - b.place;
      return sign * (x - y) || a.place - b.place;
    });
  };

  const render = () => {
    const pages = Math.max(1, Math.ceil(found.length / PAGE));
    state.page = Math.min(Math.max(state.page, 0), pages - 1);
    const start = state.page * PAGE;
    const shown = found.slice(start, start + PAGE);
    byId("table").tBodies[0].replaceChildren(...shown.map((row, i) => line(row, start + i)));
    byId("table").setAttribute("aria-rowcount", found.length + 1);
    const all = rows.length;
    let words = `${number.format(found.length)} of ${number.format(all)} students`;
    if (found.length === all) words = `${number.format(all)} student${all === 1 ? "" : "s"}`;
    if (pages > 1) {
      words += `, ${number.format(start + 1)} to ${number.format(start + shown.length)} shown`;
    }
    byId("count").textContent = words;
    byId("pages").hidden = pages === 1;
    byId("page").textContent = `Page ${number.format(state.page + 1)} of ${number.format(pages)}`;
    byId("previous").disabled = state.page === 0;
    byId("next").disabled = state.page === pages - 1;
    for (const column of columns) {
      if (column.id !== state.sort) column.cell.removeAttribute("aria-sort");
      else column.cell.setAttribute("aria-sort", state.descending ? "descending" : "ascending");
    }
  };

  const sortValue = () => `${state.descending ? "-" : ""}${state.sort}`;

  const save = () => {
    const parameters = new URLSearchParams();
    for (const name of ["search", "show", "check"]) {
      if (state[name]) parameters.set(name, state[name]);
    }
    if (sortValue() !== ".name") parameters.set("sort", sortValue());
    if (state.page) parameters.set("page", state.page + 1);
    // A page opened from a file may not be allowed to; the table works all the same.
    try {
      history.replaceState(null, "", `#${parameters}`);
    } catch {}
  };

  const update = (changes) => {
    Object.assign(state, { page: 0 }, changes);
    select();
    render();
    save();
  };

  const sortBy = (column) => {
    const again = state.sort === column.id;
    update({ sort: column.id, descending: again ? !state.descending : Boolean(column.numeric) });
    byId("order").value = sortValue();
  };

  // ------------------------------------------------------------ the address

  const restore = (hash) => {
    const parameters = new URLSearchParams(hash.slice(1));
    const sort = parameters.get("sort") || ".name";
    const id = sort.replace(/^-/, "");
    const check = parameters.get("check") || "";
    Object.assign(state, {
      search: parameters.get("search") || "",
      show: Object.hasOwn(SHOWN, parameters.get("show") || "") ? parameters.get("show") : "",
      check: /^\d+$/.test(check) && data.failures[check] ? check : "",
      sort: columns.some((column) => column.id === id) ? id : ".name",
      descending: sort.startsWith("-"),
      page: (Number.parseInt(parameters.get("page"), 10) || 1) - 1,
    });
    for (const name of ["search", "show", "check"]) byId(name).value = state[name];
    byId("order").value = sortValue();
    select();
    render();
  };

  // Links from above to a part of the table.
  for (const link of document.querySelectorAll('a[href^="#check="], a[href^="#show="]')) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      restore(link.hash);
      save();
      byId("students").scrollIntoView();
      byId("students").focus({ preventScroll: true });
    });
  }
  addEventListener("hashchange", () => {
    if (/^#(search|show|check|sort|page)=/.test(location.hash)) restore(location.hash);
  });

  byId("search").addEventListener("input", (event) => update({ search: event.target.value }));
  byId("show").addEventListener("change", (event) => update({ show: event.target.value }));
  byId("check").addEventListener("change", (event) => update({ check: event.target.value }));
  byId("order").addEventListener("change", (event) => {
    const value = event.target.value;
    update({ sort: value.replace(/^-/, ""), descending: value.startsWith("-") });
  });
  const form = document.querySelector("form.tools");
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    restore("");
    save();
    byId("search").focus();
  });
  const turn = (by) => {
    update({ page: state.page + by });
    byId("students").scrollIntoView();
    byId("students").focus({ preventScroll: true });
  };
  byId("previous").addEventListener("click", () => turn(-1));
  byId("next").addEventListener("click", () => turn(1));

  byId("explorer").hidden = false;
  restore(location.hash);
  if (/^#(search|show|check|sort|page)=/.test(location.hash)) byId("students").scrollIntoView();
})();
