// Which rows are wanted, in which order, and how many rows each other choice would give.

const FACETS = ["status", "severity", "control", "cluster", "subscription", "framework"];
const COLUMNS = ["status", "severity", "control", "subject", "cluster", "subscription"];

function everything() {
  return { text: "", sort: "", page: 1, ...Object.fromEntries(FACETS.map((name) => [name, []])) };
}

// The view as a fragment of the address, and back. A value that this report does not have picks nothing.
function fragment(view) {
  const asked = new URLSearchParams();
  for (const name of FACETS) for (const key of view[name]) asked.append(name, key);
  if (view.text) asked.set("text", view.text);
  if (view.sort) asked.set("sort", view.sort);
  if (view.page > 1) asked.set("page", view.page);
  const words = asked.toString();
  return words ? `#observations?${words}` : "#observations";
}

function viewOf(hash) {
  const asked = new URLSearchParams(hash.replace(/^#observations\??/, ""));
  const view = everything();
  for (const name of FACETS) view[name] = [...new Set(asked.getAll(name))];
  view.text = asked.get("text") ?? "";
  const sort = asked.get("sort") ?? "";
  view.sort = COLUMNS.includes(sort.replace(/^-/, "")) ? sort : "";
  view.page = Math.max(1, Number.parseInt(asked.get("page"), 10) || 1);
  return view;
}

// Everything that free text is looked for in, in lower case: once for each text, not for each row.
function searchable(data) {
  const lower = (parts) => parts.join("\n").toLowerCase();
  return {
    texts: data.texts.map((text) => text.toLowerCase()),
    controls: data.controls.map((control) =>
      lower([control.id, control.title, control.area, ...control.requirements.map(([, id]) => id)])),
    subjects: data.subjects.name.map((name, subject) => lower([
      name, data.subjects.id[subject], data.texts[data.subjects.kind[subject]],
      data.clusters[data.subjects.cluster[subject]]?.[1] ?? "",
      data.subscriptions[data.subjects.subscription[subject]][1],
    ])),
  };
}

function words(text) {
  return [...text.toLowerCase().matchAll(/"([^"]+)"|(\S+)/g)].map(([, phrase, word]) => phrase ?? word);
}

// For each row whether every word of the text stands somewhere in it; null where there is no word.
function found(data, haystack, text) {
  let all = null;
  for (const word of words(text)) {
    const texts = holding(haystack.texts, word);
    const controls = holding(haystack.controls, word);
    const subjects = holding(haystack.subjects, word);
    const values = any(data.values, texts);
    const { control, subject, reason, cause, waiver, values: value } = data.rows;
    const hits = new Uint8Array(data.size);
    for (let row = 0; row < data.size; row += 1) {
      if (all !== null && !all[row]) continue;
      hits[row] = controls[control[row]] || subjects[subject[row]] || values[value[row]]
        || texts[reason[row]] || texts[cause[row]] || texts[waiver[row]];
    }
    all = hits;
  }
  return all;
}

function holding(table, word) {
  const hits = new Uint8Array(table.length);
  for (let at = 0; at < table.length; at += 1) hits[at] = table[at].includes(word) ? 1 : 0;
  return hits;
}

function any(lists, hits) {
  const found = new Uint8Array(lists.length);
  for (let at = 0; at < lists.length; at += 1) {
    for (const place of lists[at]) if (hits[place]) found[at] = 1;
  }
  return found;
}

// The facets that are in use, each with the places of its column that are wanted.
function wanted(data, view) {
  return FACETS.map((name) => {
    const keys = new Set(view[name]);
    const has = data.keys[name].map((key) => keys.has(key));
    const places = name === "framework"
      ? data.controls.map(({ frameworks }) => frameworks.some((at) => has[at]))
      : has;
    return keys.size ? Uint8Array.from(places) : null;
  });
}

// The rows that pass, and for each facet the number of rows by place that pass all the other facets.
function picked(data, haystack, view) {
  const hits = found(data, haystack, view.text);
  const allowed = wanted(data, view);
  const used = FACETS.map((_, facet) => facet).filter((facet) => allowed[facet]);
  const columns = FACETS.map((name) => data.rows[name === "framework" ? "control" : name]);
  const sizes = FACETS.map((name) => data.keys[name === "framework" ? "control" : name].length);
  const counts = sizes.map((size) => new Int32Array(size + 1));
  const rows = new Int32Array(data.size);
  let size = 0;
  for (let row = 0; row < data.size; row += 1) {
    if (hits !== null && !hits[row]) continue;
    let failed = 0;
    let only = 0;
    for (let at = 0; at < used.length && failed < 2; at += 1) {
      const facet = used[at];
      if (!allowed[facet][columns[facet][row]]) {
        failed += 1;
        only = facet;
      }
    }
    if (failed === 0) {
      rows[size] = row;
      size += 1;
      for (let facet = 0; facet < columns.length; facet += 1) counts[facet][columns[facet][row]] += 1;
    } else if (failed === 1) {
      counts[only][columns[only][row]] += 1;
    }
  }
  const byName = Object.fromEntries(FACETS.map((name, facet) => [name, counts[facet]]));
  byName.framework = byFramework(data, byName.framework);
  return { rows: sorted(data, rows.subarray(0, size), view.sort), counts: byName };
}

function byFramework(data, byControl) {
  const counts = new Int32Array(data.frameworks.length);
  data.controls.forEach(({ frameworks }, control) => {
    for (const place of frameworks) counts[place] += byControl[control];
  });
  return counts;
}

// Tables are in the order of names, so that places sort; rows that are equal keep their order.
function sorted(data, rows, sort) {
  if (!sort) return rows;
  const backwards = sort.startsWith("-");
  const name = sort.replace(/^-/, "");
  const column = data.rows[name];
  const rank = name === "control" ? ranks(data.controls.map(({ title }) => title)) : null;
  const apart = 2 ** 26;
  const keys = Float64Array.from(rows, (row) => {
    const place = rank ? rank[column[row]] : column[row];
    return (backwards ? apart - place : place) * apart + row;
  });
  return Int32Array.from(keys.sort(), (key) => key % apart);
}

function ranks(titles) {
  const byTitle = (one, other) => titles[one].localeCompare(titles[other], "en");
  const order = titles.map((_, place) => place).sort(byTitle);
  const rank = new Int32Array(titles.length);
  order.forEach((place, at) => { rank[place] = at; });
  return rank;
}

// All rows given as CSV; what a spreadsheet would take for a formula gets an apostrophe before it.
function csv(data, rows) {
  const formula = new RegExp(`^(?:${data.formula})`, "u");
  const cell = (value) => {
    const safe = formula.test(value) ? `'${value}` : value;
    return /[",\r\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const lines = [data.strings.columns.split(", ")];
  for (const row of rows) {
    const one = observation(data, row);
    lines.push([
      one.status, one.cause, one.severity[0], one.control.id, one.control.title, one.subject, one.kind,
      one.cluster?.[1] ?? "", one.subscription, one.subscriptionId, one.id,
      one.values.map((pair) => pair.join(": ")).join("; "), one.reason,
      one.evidence.map(([path, pointer]) => `${path}#${pointer}`).join(" "), one.waiver,
    ]);
  }
  return lines.map((line) => line.map(cell).join(",")).join("\r\n") + "\r\n";
}
