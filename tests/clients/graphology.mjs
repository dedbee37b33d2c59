// Reads a GraphML or GEXF file as gephi-lite does, and prints counts, attributes and their types as JSON.
import { readFileSync } from "node:fs";
import { MultiDirectedGraph } from "graphology";
import gexf from "graphology-gexf";
import graphml from "graphology-graphml";

const path = process.argv[2];
const reader = path.endsWith(".gexf") ? gexf : graphml;
const graph = reader.parse(MultiDirectedGraph, readFileSync(path, "utf8"), { allowUndeclaredAttributes: false });
const types = (each) => {
  const found = {};
  each((_, attributes) => {
    for (const [name, value] of Object.entries(attributes)) (found[name] ??= new Set()).add(typeof value);
  });
  return Object.fromEntries(Object.entries(found).map(([name, kinds]) => [name, [...kinds].sort().join("|")]));
};
console.log(JSON.stringify({
  nodes: graph.order,
  edges: graph.size,
  nodeTypes: types((visit) => graph.forEachNode(visit)),
  edgeTypes: types((visit) => graph.forEachEdge(visit)),
  labels: graph.mapNodes((_, attributes) => attributes.label).sort(),
}));
