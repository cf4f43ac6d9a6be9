// Parses queries with Microsoft's own KQL parser and says what they are made of.
//
// stdin:  {"tables": {"<name>": "(<column>:<type>, ...)"}, "queries": {"<name>": "<KQL>"}}
// stdout: {"<name>": {"problems": [], "tables": [], "operators": [], "functions": [], "columns": {}, "last": ""}}
//
// Operators are in the order of the query, as it spells them; columns are those of its result, by type.
"use strict";

const fs = require("fs");
const path = require("path");
const vm = require("vm");

const PACKAGE = path.dirname(require.resolve("@kusto/language-service-next"));
for (const file of ["bridge.min.js", "Kusto.Language.Bridge.min.js"]) {
  // The package is made for a page: its files expect each other's globals.
  vm.runInThisContext(fs.readFileSync(path.join(PACKAGE, file), "utf8"), { filename: file });
}
const { GlobalState, KustoCode, Symbols, Syntax } = Kusto.Language;

function globals(tables) {
  const symbols = Object.entries(tables).map(([name, schema]) => Symbols.TableSymbol.From(schema).WithName(name));
  return GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol.ctor("graph", symbols));
}

function describe(text, known) {
  const code = KustoCode.ParseAndAnalyze(text, known);
  const found = { tables: [], operators: [], functions: [], last: "" };
  Syntax.SyntaxElement.WalkNodes(code.Syntax, (node) => {
    const kind = System.Enum.toString(Syntax.SyntaxKind, node.Kind);
    if (kind.endsWith("Operator")) {
      found.operators.push(node.GetFirstToken().Text);
      found.last = node.toString().trim();
    } else if (kind === "FunctionCallExpression") {
      found.functions.push(node.Name.SimpleName);
    } else if (Bridge.is(node.ReferencedSymbol, Symbols.TableSymbol) && kind === "NameReference") {
      found.tables.push(node.SimpleName);
    }
  });
  const result = (code.ResultType && code.ResultType.Columns) || [];
  const columns = Bridge.toArray(result).map((column) => [column.Name, column.Type.Name]);
  const problems = Bridge.toArray(code.GetDiagnostics()).map((item) => `${item.Code} at ${item.Start}: ${item.Message}`);
  return { ...found, columns: Object.fromEntries(columns), problems };
}

const input = JSON.parse(fs.readFileSync(0, "utf8"));
const known = globals(input.tables);
const output = Object.entries(input.queries).map(([name, text]) => [name, describe(text, known)]);
process.stdout.write(JSON.stringify(Object.fromEntries(output)));
