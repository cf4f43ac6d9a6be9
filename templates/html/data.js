// What lies packed in the page: tables of texts, and columns of numbers that are places in them.

async function unpacked(element) {
  const raw = atob(element.textContent);
  const bytes = new Uint8Array(raw.length);
  for (let at = 0; at < raw.length; at += 1) bytes[at] = raw.charCodeAt(at);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return withColumns(await new Response(stream).json());
}

// A column a facet: for each row the place of its value among the facet's keys, one beyond them for none.
function withColumns(data) {
  const { rows, subjects, controls } = data;
  const none = data.clusters.length;
  const column = (values) => Int32Array.from(values);
  data.size = rows.status.length;
  for (const name of Object.keys(rows)) rows[name] = column(rows[name]);
  rows.severity = column(rows.control.map((control) => controls[control].severity));
  const cluster = column(subjects.cluster.map((place) => (place < 0 ? none : place)));
  const subscription = column(subjects.subscription);
  rows.cluster = rows.subject.map((subject) => cluster[subject]);
  rows.subscription = rows.subject.map((subject) => subscription[subject]);
  data.keys = {
    status: data.statuses.map(([key]) => key),
    severity: data.severities.map(([key]) => key),
    control: controls.map(({ id }) => id),
    cluster: data.clusters.map(([id]) => id),
    subscription: data.subscriptions.map(([id]) => id),
    framework: data.frameworks.map(([id]) => id),
  };
  return data;
}

// A text of the catalogue with its {placeholders} filled; numbers get commas between thousands.
function said(data, key, values = {}) {
  const entry = data.strings[key];
  const text = typeof entry === "string" ? entry : entry[values.n === 1 ? "one" : "other"];
  return text.replace(/\{(\w+)\}/g, (_, name) => grouped(values[name]));
}

function grouped(value) {
  return typeof value === "number" ? value.toLocaleString("en-US") : String(value);
}

// The words of an observation, for the table and for copying.
function observation(data, row) {
  const { rows, texts, subjects } = data;
  const text = (place) => (place < 0 ? "" : texts[place]);
  const subject = rows.subject[row];
  const [status, glyph, word] = data.statuses[rows.status[row]];
  const cluster = data.clusters[rows.cluster[row]];
  const [subscriptionId, subscription] = data.subscriptions[rows.subscription[row]];
  return {
    status, glyph, word, cluster, subscription, subscriptionId,
    severity: data.severities[rows.severity[row]],
    control: data.controls[rows.control[row]],
    subject: subjects.name[subject],
    kind: text(subjects.kind[subject]),
    id: subjects.id[subject],
    cause: text(rows.cause[row]),
    reason: text(rows.reason[row]),
    waiver: text(rows.waiver[row]),
    waived: data.waivers[rows.waiver[row]] ?? "",
    values: pairs(data.values[rows.values[row]], text),
    evidence: pairs(data.evidence[rows.evidence[row]], text),
  };
}

function pairs(places, text) {
  const found = [];
  for (let at = 0; at < places.length; at += 2) found.push([text(places[at]), text(places[at + 1])]);
  return found;
}
