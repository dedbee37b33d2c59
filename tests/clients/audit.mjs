// Runs the audits of npm graphql-http against a server and prints one JSON object for each.
import { serverAudits } from "graphql-http";

const url = process.argv[2];
const found = [];
for (const audit of serverAudits({ url })) {
  const { name, status, reason } = await audit.fn();
  found.push({ id: audit.id, name, status, reason: reason ?? null });
}
console.log(JSON.stringify(found));
