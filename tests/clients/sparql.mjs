// Comunica and fetch-sparql-endpoint against our endpoint and another; prints what they found as JSON.
import { QueryEngine } from "@comunica/query-sparql";
import { SparqlEndpointFetcher } from "fetch-sparql-endpoint";

const [ours, other] = process.argv.slice(2);
const prefixes = `PREFIX kg: <https://w3id.org/paperatlas/ns#> PREFIX dcterms: <http://purl.org/dc/terms/>`;
const engine = new QueryEngine();
const sources = [ours]; // what kind of source it is, the engine finds out by itself
const rows = async (query, from) => (await engine.queryBindings(`${prefixes} ${query}`, { sources: from })).toArray();
const line = (row) => `${row.get("t").value} ${row.get("d").value}`;

const found = {};
found.titles = (await rows("SELECT ?t { ?p a kg:Paper ; dcterms:title ?t }", sources)).length;
found.ask = await engine.queryBoolean(`${prefixes} ASK { ?p kg:year 2021 }`, { sources });
const quads = await engine.queryQuads(`${prefixes} CONSTRUCT WHERE { ?p a kg:Paper }`, { sources });
found.triples = (await quads.toArray()).length;
found.joined = (
  await rows("SELECT ?t ?d { ?p dcterms:title ?t . ?p <http://example.org/readOn> ?d }", [
    { type: "sparql", value: ours },
    { type: "sparql", value: other },
  ])
).map(line);
found.service = (
  await rows(
    `SELECT ?t ?d { SERVICE <${other}> { ?p <http://example.org/readOn> ?d } SERVICE <${ours}> { ?p dcterms:title ?t } }`,
    [],
  )
).map(line);

const fetcher = new SparqlEndpointFetcher();
const stream = await fetcher.fetchBindings(ours, `${prefixes} SELECT ?p { ?p a kg:Paper }`);
found.fetched = 0;
for await (const _ of stream) found.fetched += 1;
try {
  await fetcher.fetchBindings(ours, "SELECT");
  found.error = "";
} catch (error) {
  found.error = error.message;
}
console.log(JSON.stringify(found));
process.exit(0);
