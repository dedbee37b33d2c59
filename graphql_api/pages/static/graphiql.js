// The GraphQL editor: GraphiQL from our own files, with example queries as tabs and the explorer.
(async () => {
  "use strict";
  const examples = await (await fetch("static/graphiql-examples.json")).json();
  const asked = new URLSearchParams(location.search);
  const tabs = examples.map(({ title, query, variables }) => ({
    query: `# ${title}\n${query}\n`,
    variables: variables ? JSON.stringify(variables, null, 2) : "",
  }));
  if (asked.get("query")) {
    tabs.unshift({ query: asked.get("query"), variables: asked.get("variables") || "" });
  }
  const fetcher = GraphiQL.createFetcher({ url: location.pathname });
  const root = ReactDOM.createRoot(document.getElementById("graphiql"));
  root.render(
    React.createElement(GraphiQL, {
      fetcher,
      defaultTabs: tabs,
      defaultEditorToolsVisibility: true,
      isHeadersEditorEnabled: true,
      shouldPersistHeaders: false,
      plugins: [GraphiQLPluginExplorer.explorerPlugin()],
    }),
  );
})();
