// Asks a server through real clients, as their documentation shows them, and prints what they got as JSON.
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql as apolloGql } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { Client, fetchExchange, cacheExchange } from "@urql/core";
import { GraphQLClient, gql } from "graphql-request";
import { createHash } from "node:crypto";

const url = process.argv[2];
const text = `query Page($first: Int!, $after: String) {
  papers(first: $first, after: $after, orderBy: {title: ASC}) { totalCount nodes { __typename id title } pageInfo { endCursor hasNextPage } } }`;
const broken = `query { papers(where: {usesDataset: {is: "no such dataset"}}) { totalCount } }`;
const out = {};

const request = new GraphQLClient(url);
out.graphqlRequest = await request.request(gql`${text}`, { first: 2 });
out.graphqlRequestError = await request.request(broken).catch((e) => e.response.errors[0].extensions.code);
out.graphqlRequestGet = await new GraphQLClient(url, { method: "GET", jsonSerializer: JSON }).request(gql`${text}`, { first: 2 });
const [batched] = await request.batchRequests([{ document: text, variables: { first: 1 } }]);
out.graphqlRequestBatch = batched.data;

const apollo = new ApolloClient({ link: new HttpLink({ uri: url }), cache: new InMemoryCache() });
const asked = { query: apolloGql(text), fetchPolicy: "network-only" };
out.apollo = (await apollo.query({ ...asked, variables: { first: 2 } })).data;
const after = out.apollo.papers.pageInfo.endCursor;
out.apolloNext = (await apollo.query({ ...asked, variables: { first: 2, after } })).data;
out.apolloError = await apollo
  .query({ query: apolloGql(broken), fetchPolicy: "network-only" })
  .then(() => null, (e) => e.errors[0].extensions.code);

let requests = 0;
const counting = new ApolloLink((operation, forward) => { requests += 1; return forward(operation); });
const sha256 = async (query) => createHash("sha256").update(query).digest("hex");
const persisted = new ApolloClient({
  link: ApolloLink.from([new PersistedQueryLink({ sha256, useGETForHashedQueries: true }), counting, new HttpLink({ uri: url })]),
  cache: new InMemoryCache(),
});
out.apolloPersisted = (await persisted.query({ ...asked, variables: { first: 2 } })).data;
out.apolloPersistedAgain = (await persisted.query({ ...asked, variables: { first: 3 } })).data;
out.apolloPersistedRequests = requests;

const urql = new Client({ url, exchanges: [cacheExchange, fetchExchange] });
out.urql = (await urql.query(text, { first: 2 }).toPromise()).data;
const urqlGet = new Client({ url, exchanges: [fetchExchange], preferGetMethod: "force" });
out.urqlGet = (await urqlGet.query(text, { first: 2 }).toPromise()).data;
out.urqlError = (await urql.query(broken, {}).toPromise()).error.graphQLErrors[0].extensions.code;

console.log(JSON.stringify(out));
